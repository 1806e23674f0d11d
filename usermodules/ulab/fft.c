// Radix-2 decimation in time for powers of two, Bluestein's algorithm for any
// other length.

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "fft.h"

static bool is_power_of_two(size_t n) {
    return (n & (n - 1)) == 0;
}

// The length of the convolution in Bluestein's algorithm.
static size_t padded_len(size_t n) {
    size_t padded = 1;
    while (padded < 2 * n - 1) {
        padded *= 2;
    }
    return padded;
}

size_t fft_workspace(size_t n) {
    if (n > SIZE_MAX / 256) {
        return 0;
    }
    if (is_power_of_two(n)) {
        return n < 2 ? 2 : n; // half a turn of twiddle factors
    }
    // Those for the padded length, two padded sequences and the chirp.
    return padded_len(n) * 5 + 2 * n;
}

// exp(-2 pi i k / n) for the first half turn. An eighth is computed and
// mirrored, so that quarter turns are exact.
static void make_twiddles(double *twiddles, size_t n) {
    if (n < 4) {
        twiddles[0] = 1.0;
        twiddles[1] = 0.0;
        return;
    }
    size_t quarter = n / 4;
    for (size_t k = 0; k <= n / 8; k++) {
        double angle = 2.0 * M_PI * (double)k / (double)n;
        double cosine = cos(angle), sine = sin(angle);
        double *first = twiddles + 2 * k, *second = twiddles + 2 * (quarter - k);
        double *third = twiddles + 2 * (quarter + k);
        first[0] = cosine;
        first[1] = -sine;
        second[0] = sine;
        second[1] = -cosine;
        third[0] = -sine;
        third[1] = -cosine;
        if (k > 0) {
            double *fourth = twiddles + 2 * (2 * quarter - k);
            fourth[0] = -cosine;
            fourth[1] = -sine;
        }
    }
}

static void swap(double *a, double *b) {
    double keep = *a;
    *a = *b;
    *b = keep;
}

static void reverse_bits(double *values, size_t n) {
    for (size_t i = 1, j = 0; i < n; i++) {
        size_t bit = n / 2;
        for (; j & bit; bit /= 2) {
            j ^= bit;
        }
        j ^= bit;
        if (i < j) {
            swap(&values[2 * i], &values[2 * j]);
            swap(&values[2 * i + 1], &values[2 * j + 1]);
        }
    }
}

static void butterfly(double *low, double *high, double real, double imaginary) {
    high[0] = low[0] - real;
    high[1] = low[1] - imaginary;
    low[0] += real;
    low[1] += imaginary;
}

static void transform(double *values, size_t n, const double *twiddles) {
    reverse_bits(values, n);
    for (size_t i = 0; i + 1 < n; i += 2) {
        butterfly(values + 2 * i, values + 2 * i + 2, values[2 * i + 2], values[2 * i + 3]);
    }
    for (size_t half = 2; half < n; half *= 2) {
        size_t step = n / half; // doubles between the twiddles of this stage
        for (double *start = values; start < values + 2 * n; start += 4 * half) {
            const double *twiddle = twiddles;
            for (size_t j = 0; j < half; j++, twiddle += step) {
                double *low = start + 2 * j;
                double *high = low + 2 * half;
                double real = high[0] * twiddle[0] - high[1] * twiddle[1];
                double imaginary = high[0] * twiddle[1] + high[1] * twiddle[0];
                butterfly(low, high, real, imaginary);
            }
        }
    }
}

static void conjugate(double *values, size_t n) {
    for (size_t i = 0; i < n; i++) {
        values[2 * i + 1] = 0.0 - values[2 * i + 1]; // no negative zero
    }
}

static void multiply(double *to, const double *by, size_t n) {
    for (size_t i = 0; i < n; i++) {
        double real = to[2 * i] * by[2 * i] - to[2 * i + 1] * by[2 * i + 1];
        to[2 * i + 1] = to[2 * i] * by[2 * i + 1] + to[2 * i + 1] * by[2 * i];
        to[2 * i] = real;
    }
}

// The transform as a convolution with a chirp, exp(pi i k^2 / n).
static void bluestein(double *values, size_t n, double *workspace) {
    size_t padded = padded_len(n);
    double *twiddles = workspace;
    double *chirp = twiddles + padded;
    double *kernel = chirp + 2 * n;
    double *sequence = kernel + 2 * padded;
    make_twiddles(twiddles, padded);
    memset(kernel, 0, 4 * padded * sizeof(double));
    for (size_t k = 0; k < n; k++) {
        uint64_t square = (uint64_t)k * k % (2 * (uint64_t)n);
        double angle = M_PI * (double)square / (double)n;
        double cosine = cos(angle), sine = sin(angle);
        chirp[2 * k] = cosine;
        chirp[2 * k + 1] = -sine;
        kernel[2 * k] = cosine;
        kernel[2 * k + 1] = sine;
        if (k > 0) {
            kernel[2 * (padded - k)] = cosine;
            kernel[2 * (padded - k) + 1] = sine;
        }
    }
    memcpy(sequence, values, 2 * n * sizeof(double));
    multiply(sequence, chirp, n);
    transform(kernel, padded, twiddles);
    transform(sequence, padded, twiddles);
    multiply(sequence, kernel, padded);
    // The inverse transform: conjugated before and after.
    conjugate(sequence, padded);
    transform(sequence, padded, twiddles);
    conjugate(sequence, n);
    for (size_t i = 0; i < 2 * n; i++) {
        values[i] = sequence[i] / (double)padded;
    }
    multiply(values, chirp, n);
}

void fft(double *values, size_t n, bool inverse, double *workspace) {
    if (inverse) {
        conjugate(values, n);
    }
    if (is_power_of_two(n)) {
        make_twiddles(workspace, n);
        transform(values, n, workspace);
    } else {
        bluestein(values, n, workspace);
    }
    if (inverse) {
        conjugate(values, n);
    }
}
