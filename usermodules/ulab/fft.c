// Stockham's algorithm in steps of radix 4 for powers of two, Bluestein's for any
// other length. Real numbers are taken as half as many complex values.

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "fft.h"

// The twiddle factors of the last short transform are kept: 12 KB.
#define KEPT_LEN (1024)

static double kept_twiddles[2 * (3 * KEPT_LEN / 4)];
static size_t kept_len;

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

// Doubles for the twiddle factors of a power of two.
static size_t twiddles_len(size_t n) {
    return n < 4 ? 8 : n / 2 * 3;
}

size_t fft_workspace(size_t n) {
    if (n > SIZE_MAX / 512) {
        return 0;
    }
    if (is_power_of_two(n)) {
        return twiddles_len(n) + 2 * n;
    }
    size_t padded = padded_len(n);
    return twiddles_len(padded) + 6 * padded + 2 * n;
}

// exp(-2 pi i k / n) for three quarters of a turn. An eighth is computed and
// mirrored, so that quarter turns are exact.
static void make_twiddles(double *twiddles, size_t n) {
    if (n < 4) {
        const double quarter_turns[] = { 1.0, 0.0, -1.0, 0.0 };
        memcpy(twiddles, quarter_turns, sizeof(quarter_turns));
        return;
    }
    size_t quarter = n / 4;
    for (size_t k = 0; k <= n / 8; k++) {
        double angle = 2.0 * M_PI * (double)k / (double)n;
        double cosine = cos(angle), sine = sin(angle);
        double *first = twiddles + 2 * k, *second = twiddles + 2 * (quarter - k);
        first[0] = cosine;
        first[1] = -sine;
        second[0] = sine;
        second[1] = -cosine;
    }
    for (size_t k = 2 * quarter; k < 6 * quarter; k += 2) {
        twiddles[k] = twiddles[k - 2 * quarter + 1];
        twiddles[k + 1] = -twiddles[k - 2 * quarter];
    }
}

static const double *find_twiddles(double *workspace, size_t n) {
    if (n > KEPT_LEN) {
        make_twiddles(workspace, n);
        return workspace;
    }
    if (kept_len != n) {
        make_twiddles(kept_twiddles, n);
        kept_len = n;
    }
    return kept_twiddles;
}

// One step: `groups` runs of `run` values at each quarter of the input, which
// are interleaved in the output. `step` is that of the twiddles, in doubles.
static void radix4(double *restrict to, const double *restrict from, size_t groups, size_t run,
    const double *twiddles, size_t step) {
    size_t quarter = 2 * groups * run, width = 2 * run;
    for (size_t group = 0; group < groups; group++) {
        const double *w1 = twiddles + group * step, *w2 = w1 + group * step, *w3 = w2 + group * step;
        double c1 = w1[0], s1 = w1[1], c2 = w2[0], s2 = w2[1], c3 = w3[0], s3 = w3[1];
        for (const double *end = from + width; from != end; from += 2, to += 2) {
            double sum_re = from[0] + from[2 * quarter], sum_im = from[1] + from[2 * quarter + 1];
            double gap_re = from[0] - from[2 * quarter], gap_im = from[1] - from[2 * quarter + 1];
            double odd_re = from[quarter] + from[3 * quarter], odd_im = from[quarter + 1] + from[3 * quarter + 1];
            // Times i.
            double turn_re = from[3 * quarter + 1] - from[quarter + 1], turn_im = from[quarter] - from[3 * quarter];
            to[0] = sum_re + odd_re;
            to[1] = sum_im + odd_im;
            double re = gap_re - turn_re, im = gap_im - turn_im;
            to[width] = re * c1 - im * s1;
            to[width + 1] = re * s1 + im * c1;
            re = sum_re - odd_re;
            im = sum_im - odd_im;
            to[2 * width] = re * c2 - im * s2;
            to[2 * width + 1] = re * s2 + im * c2;
            re = gap_re + turn_re;
            im = gap_im + turn_im;
            to[3 * width] = re * c3 - im * s3;
            to[3 * width + 1] = re * s3 + im * c3;
        }
        to += 3 * width;
    }
}

static void radix2(double *restrict to, const double *restrict from, size_t run) {
    size_t half = 2 * run;
    for (size_t i = 0; i < half; i++) {
        to[i] = from[i] + from[half + i];
        to[half + i] = from[i] - from[half + i];
    }
}

// Of a power of two; `step` is that of the twiddles for n. The result is in one
// of both places, which is returned.
static double *transform(double *values, double *other, size_t n, const double *twiddles, size_t step) {
    size_t run = 1;
    for (; n >= 4; n /= 4, run *= 4) {
        radix4(other, values, n / 4, run, twiddles, step * run);
        double *swap = values;
        values = other;
        other = swap;
    }
    if (n == 2) {
        radix2(other, values, run);
        return other;
    }
    return values;
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
    const double *twiddles = find_twiddles(workspace, padded);
    double *chirp = workspace + twiddles_len(padded);
    double *kernel = chirp + 2 * n;
    double *sequence = kernel + 2 * padded;
    double *other = sequence + 2 * padded;
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
    double *spectrum = transform(kernel, other, padded, twiddles, 2);
    double *unused = spectrum == kernel ? other : kernel;
    double *product = transform(sequence, unused, padded, twiddles, 2);
    unused = product == sequence ? unused : sequence;
    multiply(product, spectrum, padded);
    // The inverse transform: conjugated before and after.
    conjugate(product, padded);
    product = transform(product, unused, padded, twiddles, 2);
    conjugate(product, n);
    for (size_t i = 0; i < 2 * n; i++) {
        values[i] = product[i] / (double)padded;
    }
    multiply(values, chirp, n);
}

void fft_complex(double *values, size_t n, bool inverse, double *workspace) {
    if (inverse) {
        conjugate(values, n);
    }
    if (is_power_of_two(n)) {
        double *other = workspace + twiddles_len(n);
        if (transform(values, other, n, find_twiddles(workspace, n), 2) != values) {
            memcpy(values, other, 2 * n * sizeof(double));
        }
    } else {
        bluestein(values, n, workspace);
    }
    if (inverse) {
        conjugate(values, n);
    }
}

// The spectrum of real numbers from that of their pairs: with the even and the odd
// ones' spectra E and O, item k is E + w^k O and item half - k the conjugate of E - w^k O.
static void separate(double *values, const double *pairs, size_t half, const double *twiddles) {
    double first = pairs[0], second = pairs[1];
    const double *low = pairs + 2, *high = pairs + 2 * half - 2, *w = twiddles + 2;
    double *to_low = values + 2, *to_high = values + 2 * half - 2;
    for (; low <= high; low += 2, high -= 2, w += 2, to_low += 2, to_high -= 2) {
        double even_re = 0.5 * (low[0] + high[0]), even_im = 0.5 * (low[1] - high[1]);
        double odd_re = 0.5 * (low[1] + high[1]), odd_im = 0.5 * (high[0] - low[0]);
        double re = odd_re * w[0] - odd_im * w[1], im = odd_re * w[1] + odd_im * w[0];
        to_low[0] = even_re + re;
        to_low[1] = even_im + im;
        to_high[0] = even_re - re;
        to_high[1] = im - even_im;
    }
    values[0] = first + second;
    values[1] = 0.0;
    values[2 * half] = first - second;
    values[2 * half + 1] = 0.0;
}

void fft_real(double *values, size_t n, double *workspace) {
    if (n >= 4 && is_power_of_two(n)) {
        const double *twiddles = find_twiddles(workspace, n);
        separate(values, transform(values, values + n, n / 2, twiddles, 4), n / 2, twiddles);
    } else {
        for (size_t i = n; i-- > 0;) {
            values[2 * i] = values[i];
            values[2 * i + 1] = 0.0;
        }
        fft_complex(values, n, false, workspace);
    }
    // The second half is the mirrored conjugate of the first, to the bit.
    values[1] = 0.0;
    double *high = values + 2 * n - 2;
    for (const double *low = values + 2; low < high; low += 2, high -= 2) {
        high[0] = low[0];
        high[1] = 0.0 - low[1];
    }
    if (n % 2 == 0) {
        values[n + 1] = 0.0;
    }
}
