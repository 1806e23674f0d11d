#include <math.h>

#include "special.h"

#define PI (3.141592653589793)

// The complementary error function of x >= 0 is t * exp(-x * x + p), where
// t = 2 / (2 + x) and p is a Chebyshev series of 2 * t - 1. These coefficients
// were computed from 80 values of p with 40 digits; the first one is halved.
static const double erfc_series[] = {
    -0.6513268598908547, 0.6419697923564902, 0.019476473204185836, -0.009561514786808632,
    -0.0009465953444820369, 0.00036683949785276145, 4.252332480690777e-05, -2.0278578112534242e-05,
    -1.6242900046470256e-06, 1.3036558355805232e-06, 1.5626441722066142e-08, -8.523809591492654e-08,
    6.5290544390988515e-09, 5.059343495551469e-09, -9.91364156493033e-10, -2.273651222931836e-10,
    9.646791102015527e-11, 2.3940380830391146e-12, -6.886027526497553e-12, 8.944879273090725e-13,
    3.130921399342958e-13, -1.1270822361367252e-13, 3.810905255189232e-16, 7.106097613609237e-15,
    -1.5230282014571043e-15, -9.457494571291233e-17, 1.210237189224279e-16, -2.816663087747177e-17,
};

static double erfc_of_positive(double x) {
    double t = 2.0 / (2.0 + x);
    double twice = 4.0 * t - 2.0;
    double sum = 0.0, before = 0.0;
    for (int i = sizeof(erfc_series) / sizeof(erfc_series[0]) - 1; i > 0; i--) {
        double next = twice * sum - before + erfc_series[i];
        before = sum;
        sum = next;
    }
    sum = 0.5 * twice * sum - before + erfc_series[0];
    // The square of the short part is exact, so that its rounding error is not magnified.
    double head = (float)x;
    return isinf(x) ? 0.0 : t * exp(-head * head) * exp((head - x) * (head + x) + sum);
}

double special_erfc(double x) {
    if (fabs(x) < 0.5) {
        return 1.0 - special_erf(x);
    }
    return x < 0.0 ? 2.0 - erfc_of_positive(-x) : erfc_of_positive(x);
}

double special_erf(double x) {
    if (fabs(x) >= 0.5) {
        return x < 0.0 ? erfc_of_positive(-x) - 1.0 : 1.0 - erfc_of_positive(x);
    }
    double term = x, sum = x;
    for (int n = 1; n <= 14; n++) {
        term *= -x * x / n;
        sum += term / (2 * n + 1);
    }
    return sum * 1.1283791670955126; // 2 / sqrt(pi)
}

// What Stirling's formula for the logarithm of gamma lacks, for x >= 10.
static double stirling_rest(double x) {
    static const double series[] = {
        1.0 / 156, -691.0 / 360360, 1.0 / 1188, -1.0 / 1680, 1.0 / 1260, -1.0 / 360, 1.0 / 12,
    };
    double square = 1.0 / (x * x), sum = 0.0;
    for (int i = 0; i < 7; i++) {
        sum = sum * square + series[i];
    }
    return sum / x;
}

// The product of x, x + 1 and so on below 10, by which gamma(x) is smaller than
// that of the end, which is put into x.
static double rising_product(double *x) {
    double product = 1.0;
    for (; *x < 10.0; *x += 1.0) {
        product *= *x;
    }
    return product;
}

// sin(PI * x), also near its zeros.
static double sin_pi(double x) {
    double nearest = floor(x + 0.5);
    double sine = sin(PI * (x - nearest));
    return fmod(nearest, 2.0) == 0.0 ? sine : -sine;
}

double special_gamma(double x) {
    if (x == 0.0) {
        return 1.0 / x;
    }
    if (x < 0.5) {
        return x == floor(x) ? (double)NAN : PI / (sin_pi(x) * special_gamma(1.0 - x));
    }
    if (x <= 23.0 && x == floor(x)) {
        // Factorials are exact.
        double product = 1.0;
        for (double factor = 2.0; factor < x; factor += 1.0) {
            product *= factor;
        }
        return product;
    }
    if (x > 172.0) {
        return x * (double)INFINITY;
    }
    double product = rising_product(&x);
    // In two halves, of which neither is too large.
    double half = pow(x, 0.5 * x - 0.25);
    return half * exp(-x) * half * exp(stirling_rest(x)) * 2.5066282746310002 / product; // sqrt(2 * pi)
}

double special_gammaln(double x) {
    if (x < 0.5) {
        return isinf(x) || x == floor(x) ? (double)INFINITY
            : log(PI / fabs(sin_pi(x))) - special_gammaln(1.0 - x);
    }
    if (x == 1.0 || x == 2.0 || isinf(x)) {
        return x <= 2.0 ? 0.0 : x;
    }
    double product = rising_product(&x);
    return (x - 0.5) * log(x) - x + 0.9189385332046727 + stirling_rest(x) - log(product); // log(sqrt(2 * pi))
}
