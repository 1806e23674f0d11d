#include <float.h>
#include <math.h>
#include <string.h>

#include "linalg.h"

#define MAX_SWEEPS (60)

static double dot(const double *a, const double *b, size_t n) {
    double even = 0.0, odd = 0.0;
    for (; n >= 2; n -= 2, a += 2, b += 2) {
        even += a[0] * b[0];
        odd += a[1] * b[1];
    }
    return n == 0 ? even + odd : even + odd + *a * *b;
}

static void add_scaled(double *to, double factor, const double *from, size_t n) {
    for (size_t i = 0; i < n; i++) {
        to[i] += factor * from[i];
    }
}

static void swap_rows(double *a, double *b, size_t n) {
    for (size_t i = 0; i < n; i++) {
        double item = a[i];
        a[i] = b[i];
        b[i] = item;
    }
}

static void set_identity(double *a, size_t rows, size_t columns) {
    memset(a, 0, rows * columns * sizeof(double));
    for (size_t i = 0; i < rows && i < columns; i++) {
        a[i * columns + i] = 1.0;
    }
}

double linalg_eliminate(double *a, size_t n, double *b, size_t columns) {
    double sign = 1.0;
    for (size_t k = 0; k < n; k++) {
        double *row = a + k * n;
        size_t best = k;
        for (size_t i = k + 1; i < n; i++) {
            if (fabs(a[i * n + k]) > fabs(a[best * n + k])) {
                best = i;
            }
        }
        if (best != k) {
            swap_rows(row, a + best * n, n);
            swap_rows(b + k * columns, b + best * columns, columns);
            sign = -sign;
        }
        // What the pivot is the difference of, which sets the scale of its rounding errors.
        double terms = 0.0;
        for (size_t j = 0; j < k; j++) {
            terms += fabs(row[j] * a[j * n + k]);
        }
        if (fabs(row[k]) <= DBL_EPSILON * terms) {
            return 0.0;
        }
        for (size_t i = k + 1; i < n; i++) {
            double *other = a + i * n;
            double factor = other[k] / row[k];
            other[k] = factor;
            if (factor != 0.0) {
                add_scaled(other + k + 1, -factor, row + k + 1, n - k - 1);
                add_scaled(b + i * columns, -factor, b + k * columns, columns);
            }
        }
    }
    return sign;
}

bool linalg_substitute(const double *a, ptrdiff_t row_step, ptrdiff_t column_step, size_t n, double *b,
    ptrdiff_t b_step, size_t columns) {
    for (size_t k = 0; k < n; k++, a += row_step + column_step, b += b_step) {
        if (*a == 0.0) {
            return false;
        }
        for (size_t i = 0; i < columns; i++) {
            b[i] /= *a;
        }
        for (ptrdiff_t below = 1; below < (ptrdiff_t)(n - k); below++) {
            add_scaled(b + below * b_step, -a[below * row_step], b, columns);
        }
    }
    return true;
}

bool linalg_substitute_upper(const double *a, size_t n, double *b, size_t columns) {
    if (n == 0) {
        return true;
    }
    ptrdiff_t step = (ptrdiff_t)n, b_step = (ptrdiff_t)columns;
    return linalg_substitute(a + n * n - 1, -step, -1, n, b + (n - 1) * columns, -b_step, columns);
}

bool linalg_cholesky(double *a, size_t n) {
    for (size_t i = 0; i < n; i++) {
        double *row = a + i * n;
        for (size_t j = 0; j < i; j++) {
            row[j] = (row[j] - dot(row, a + j * n, j)) / a[j * n + j];
        }
        double square = row[i] - dot(row, row, i);
        if (!(square > 0.0)) {
            return false;
        }
        row[i] = sqrt(square);
        memset(row + i + 1, 0, (n - i - 1) * sizeof(double));
    }
    return true;
}

// Reflect a vector, where the length of `normal` is the root of 2.
static void reflect(double *vector, const double *normal, size_t n) {
    add_scaled(vector, -dot(vector, normal, n), normal, n);
}

void linalg_qr(double *a, size_t rows, size_t columns, double *r, size_t r_rows, double *q, size_t q_columns) {
    for (size_t k = 0; k < columns; k++) {
        double *column = a + k * rows;
        for (size_t i = 0; i < r_rows; i++) {
            r[i * columns + k] = i <= k ? column[i] : 0.0;
        }
        if (k >= rows) {
            continue;
        }
        double *normal = column + k;
        size_t n = rows - k;
        double below = dot(normal + 1, normal + 1, n - 1);
        if (below == 0.0) {
            // Nothing is to be reflected to 0.
            *normal = 0.0;
            continue;
        }
        double diagonal = -copysign(sqrt(below + *normal * *normal), *normal);
        r[k * columns + k] = diagonal;
        *normal -= diagonal;
        double scale = 1.0 / sqrt(-diagonal * *normal);
        for (size_t i = 0; i < n; i++) {
            normal[i] *= scale;
        }
        for (size_t j = k + 1; j < columns; j++) {
            reflect(a + j * rows + k, normal, n);
        }
    }
    if (q == NULL) {
        return;
    }
    set_identity(q, q_columns, rows);
    for (size_t k = rows < columns ? rows : columns; k-- > 0;) {
        for (size_t i = k; i < q_columns; i++) {
            reflect(q + i * rows + k, a + k * rows + k, rows - k);
        }
    }
}

typedef struct {
    double cosine;
    double sine;
} rotation_t;

// The smaller of the two rotations that diagonalise ((first, beside), (beside, second)).
static rotation_t diagonalising(double first, double beside, double second) {
    double cotangent = (second - first) / (2.0 * beside); // of twice the angle
    double tangent = copysign(1.0, cotangent) / (fabs(cotangent) + sqrt(cotangent * cotangent + 1.0));
    double cosine = 1.0 / sqrt(tangent * tangent + 1.0);
    return (rotation_t) { cosine, tangent * cosine };
}

static void rotate(rotation_t by, double *x, double *y, size_t step, size_t n) {
    for (size_t i = 0; i < n * step; i += step) {
        double item = x[i];
        x[i] = by.cosine * item - by.sine * y[i];
        y[i] = by.sine * item + by.cosine * y[i];
    }
}

bool linalg_eigen(double *a, size_t n, double *v) {
    set_identity(v, n, n);
    for (int sweep = 0; sweep < MAX_SWEEPS; sweep++) {
        bool done = true;
        for (size_t p = 0; p < n; p++) {
            for (size_t q = p + 1; q < n; q++) {
                double *beside = a + p * n + q;
                double first = a[p * n + p], second = a[q * n + q];
                if (fabs(*beside) <= DBL_EPSILON / 4 * (fabs(first) + fabs(second)) || isnan(*beside)) {
                    continue;
                }
                done = false;
                rotation_t by = diagonalising(first, *beside, second);
                rotate(by, a + p * n, a + q * n, 1, n);
                rotate(by, a + p, a + q, n, n);
                rotate(by, v + p, v + q, n, n);
                *beside = a[q * n + p] = 0.0;
            }
        }
        if (done) {
            return true;
        }
    }
    return false;
}

bool linalg_svd(double *w, size_t n, size_t length, double *s, double *v) {
    double tolerance = DBL_EPSILON * sqrt((double)length);
    // Rows that should be 0 shrink with every sweep: at some length they are.
    double nothing = 1e-80 * dot(w, w, n * length);
    set_identity(v, n, n);
    bool done = false;
    for (int sweep = 0; sweep < MAX_SWEEPS && !done; sweep++) {
        done = true;
        for (size_t p = 0; p < n; p++) {
            for (size_t q = p + 1; q < n; q++) {
                double *x = w + p * length, *y = w + q * length;
                double first = dot(x, x, length), second = dot(y, y, length), beside = dot(x, y, length);
                if (first > nothing && second > nothing && fabs(beside) > tolerance * sqrt(first) * sqrt(second)) {
                    done = false;
                    rotation_t by = diagonalising(first, beside, second);
                    rotate(by, x, y, 1, length);
                    rotate(by, v + p * n, v + q * n, 1, n);
                }
            }
        }
    }
    for (size_t i = 0; i < n; i++) {
        double square = dot(w + i * length, w + i * length, length);
        s[i] = square <= nothing ? 0.0 : sqrt(square);
    }
    for (size_t i = 0; i < n; i++) {
        size_t best = i;
        for (size_t j = i + 1; j < n; j++) {
            if (s[j] > s[best]) {
                best = j;
            }
        }
        swap_rows(s + i, s + best, 1);
        double *row = w + i * length;
        swap_rows(row, w + best * length, length);
        swap_rows(v + i * n, v + best * n, n);
        for (size_t k = 0; k < length; k++) {
            row[k] = s[i] == 0.0 ? 0.0 : row[k] / s[i];
        }
    }
    return done;
}
