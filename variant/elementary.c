// exp, exp2, log, log2, log10 and pow of the C library, without its tables: in
// the camera they would take 15 KB. They also give every build the same bits.
// Errors stay below 0.52 units in the last place.
//
// A pair is an unevaluated sum of two doubles, the second below half a unit in
// the last place of the first: about 106 bits (T. J. Dekker, A floating-point
// technique for extending the available precision, 1971).

#include <math.h>
#include <stdint.h>
#include <string.h>

typedef struct {
    double high;
    double low;
} pair_t;

// The first constants have 42 bits, so that their product with an exponent is exact.
#define LN_2_HIGH       (0x1.62e42fefa38p-1)
#define LN_2_LOW        (0x1.ef35793c7673p-45)
#define LOG10_2_HIGH    (0x1.34413509f78p-2)
#define LOG10_2_LOW     (0x1.fef311f12b358p-46)
static const pair_t ln_2 = { 0x1.62e42fefa39efp-1, 0x1.abc9e3b39803fp-56 };
static const pair_t log2_e = { 0x1.71547652b82fep+0, 0x1.777d0ffda0d24p-56 };
static const pair_t log10_e = { 0x1.bcb7b1526e50ep-2, 0x1.95355baaafad3p-57 };
static const pair_t third = { 0x1.5555555555555p-2, 0x1.5555555555555p-56 };
static const pair_t fifth = { 0x1.999999999999ap-3, -0x1.999999999999ap-57 };

// a + b where a is not the smaller one.
static pair_t sum(double a, double b) {
    double high = a + b;
    return (pair_t) { high, (a - high) + b };
}

// The first 26 bits.
static double upper(double x) {
    uint64_t bits;
    memcpy(&bits, &x, sizeof(bits));
    bits &= ~(((uint64_t)1 << 27) - 1);
    memcpy(&x, &bits, sizeof(x));
    return x;
}

static pair_t product(double a, double b) {
    double high = a * b;
    double a_upper = upper(a), b_upper = upper(b);
    double a_lower = a - a_upper, b_lower = b - b_upper;
    return (pair_t) { high, ((a_upper * b_upper - high) + a_upper * b_lower + a_lower * b_upper) + a_lower * b_lower };
}

static pair_t pair_product(pair_t a, pair_t b) {
    pair_t result = product(a.high, b.high);
    return sum(result.high, result.low + (a.high * b.low + a.low * b.high));
}

// a + b where a.high is not the smaller one.
static pair_t pair_sum(pair_t a, pair_t b) {
    pair_t result = sum(a.high, b.high);
    return sum(result.high, result.low + (a.low + b.low));
}

// e ** (x.high + x.low) * 2 ** exponent
static double exp_of_pair(pair_t x, int exponent) {
    if (!(fabs(x.high) < 1500.0)) {
        return x.high > 0.0 ? HUGE_VAL : x.high < 0.0 ? 0.0 : x.high;
    }
    // The rest is at most half of ln 2.
    double steps = nearbyint(x.high * log2_e.high);
    pair_t rest = sum(x.high - steps * LN_2_HIGH, x.low - steps * LN_2_LOW);
    // The Taylor series, sum of r**n / n!, up to the square as pairs.
    double series = 0.0;
    for (int n = 14; n >= 3; n--) {
        series = (series * rest.high + 1.0) / (double)n;
    }
    pair_t square = product(rest.high, rest.high);
    pair_t result = pair_sum(sum(1.0, rest.high), (pair_t) { 0.5 * square.high, 0.5 * square.low });
    double tail = rest.low * result.high + 0.5 * square.high * rest.high * series;
    return ldexp(result.high + (result.low + tail), (int)steps + exponent);
}

// ln x of a positive and finite x, without *exponent times ln 2.
static pair_t log_of_fraction(double x, int *exponent) {
    double fraction = frexp(x, exponent);
    if (fraction < M_SQRT1_2) {
        fraction *= 2.0;
        --*exponent;
    }
    // ln f = 2 artanh s = 2 s (1 + z / 3 + z**2 / 5 + ...) with s = (f - 1) / (f + 1), z = s**2
    pair_t divisor = fraction < 1.0 ? sum(1.0, fraction) : sum(fraction, 1.0);
    double s_high = (fraction - 1.0) / divisor.high;
    pair_t back = product(s_high, divisor.high);
    double remainder = ((fraction - 1.0 - back.high) - back.low) - s_high * divisor.low;
    pair_t s = sum(s_high, remainder / divisor.high);
    pair_t z = pair_product(s, s);
    double series = 0.0;
    for (int n = 27; n >= 7; n -= 2) {
        series = series * z.high + 1.0 / (double)n;
    }
    pair_t tail = pair_sum(fifth, (pair_t) { z.high * series, 0.0 });
    tail = pair_sum(third, pair_product(z, tail));
    tail = pair_product(s, pair_product(z, tail));
    pair_t result = pair_sum(s, tail);
    return (pair_t) { 2.0 * result.high, 2.0 * result.low };
}

// What the logarithms of all bases share: nan, infinity, zero, negative values.
static int has_logarithm(double *x) {
    if (*x > 0.0 && *x < HUGE_VAL) {
        return 1;
    }
    *x = *x == 0.0 ? -HUGE_VAL : *x < 0.0 ? (double)NAN : *x;
    return 0;
}

static pair_t with_exponent(pair_t logarithm, int exponent, double high, double low) {
    if (exponent == 0) {
        return logarithm;
    }
    return pair_sum((pair_t) { (double)exponent * high, (double)exponent * low }, logarithm);
}

static pair_t log_of(double x) {
    int exponent;
    pair_t logarithm = log_of_fraction(x, &exponent);
    return with_exponent(logarithm, exponent, LN_2_HIGH, LN_2_LOW);
}

double exp(double x) {
    return exp_of_pair((pair_t) { x, 0.0 }, 0);
}

double exp2(double x) {
    if (!(fabs(x) < 1500.0)) {
        return exp_of_pair((pair_t) { x, 0.0 }, 0);
    }
    double steps = nearbyint(x);
    return exp_of_pair(pair_product((pair_t) { x - steps, 0.0 }, ln_2), (int)steps);
}

double log(double x) {
    if (!has_logarithm(&x)) {
        return x;
    }
    return log_of(x).high;
}

double log2(double x) {
    if (!has_logarithm(&x)) {
        return x;
    }
    int exponent;
    pair_t logarithm = pair_product(log_of_fraction(x, &exponent), log2_e);
    return with_exponent(logarithm, exponent, 1.0, 0.0).high;
}

double log10(double x) {
    if (!has_logarithm(&x)) {
        return x;
    }
    int exponent;
    pair_t logarithm = pair_product(log_of_fraction(x, &exponent), log10_e);
    return with_exponent(logarithm, exponent, LOG10_2_HIGH, LOG10_2_LOW).high;
}

// The special values are those of C99, F.9.4.4.
double pow(double x, double y) {
    if (y == 0.0 || x == 1.0) {
        return 1.0;
    }
    if (isnan(x) || isnan(y)) {
        return x + y;
    }
    double base = fabs(x), half = 0.5 * y;
    int whole = trunc(y) == y;
    int odd = whole && trunc(half) != half;
    double result;
    if (x < 0.0 && !whole && isfinite(x)) {
        return (double)NAN;
    } else if (base == 1.0) {
        result = 1.0;
    } else if (isinf(y)) {
        result = (base > 1.0) == (y > 0.0) ? HUGE_VAL : 0.0;
    } else if (base == 0.0 || isinf(base)) {
        result = (base == 0.0) == (y < 0.0) ? HUGE_VAL : 0.0;
    } else {
        // Any power beyond is infinite or zero: the logarithm of no other base is below 2**-54.
        double power = fmin(fmax(y, -0x1p65), 0x1p65);
        pair_t logarithm = log_of(base);
        pair_t exponent = product(power, logarithm.high);
        result = exp_of_pair(sum(exponent.high, exponent.low + power * logarithm.low), 0);
    }
    return odd && signbit(x) ? -result : result;
}
