#include <math.h>

#include "quadrature.h"

#define POINTS (11)

// The rule for the interval from -1 to 1: the points of one half from the end, and
// the middle. Every second one, from the second on, is a point of Gauss's rule.
// Computed from the zeros of Legendre's and Stieltjes' polynomials with 50 digits.
static const double points[POINTS] = {
    0.9956571630258081, 0.9739065285171717, 0.9301574913557082, 0.8650633666889845,
    0.7808177265864169, 0.6794095682990244, 0.5627571346686047, 0.4333953941292472,
    0.2943928627014602, 0.14887433898163122, 0.0,
};

static const double kronrod[POINTS] = {
    0.011694638867371874, 0.032558162307964725, 0.054755896574351995, 0.07503967481091996,
    0.0931254545836976, 0.10938715880229764, 0.12349197626206584, 0.13470921731147334,
    0.14277593857706009, 0.14773910490133849, 0.1494455540029169,
};

static const double gauss[POINTS / 2] = {
    0.06667134430868814, 0.1494513491505806, 0.21908636251598204, 0.26926671930999635,
    0.29552422471475287,
};

double quadrature(double (*function)(void *context, double x), void *context, double a, double b, double *error) {
    double middle = 0.5 * (a + b), half = 0.5 * (b - a);
    double sum = kronrod[POINTS - 1] * function(context, middle), coarse = 0.0;
    for (int i = 0; i < POINTS - 1; i++) {
        double both = function(context, middle - half * points[i]) + function(context, middle + half * points[i]);
        sum += kronrod[i] * both;
        if (i % 2 == 1) {
            coarse += gauss[i / 2] * both;
        }
    }
    *error = fabs(half * (sum - coarse));
    return half * sum;
}
