#ifndef ULAB_QUADRATURE_H
#define ULAB_QUADRATURE_H

// The integral from a to b by the rule of Gauss and Kronrod with 21 points, and
// its difference to that of Gauss with 10 points.
double quadrature(double (*function)(void *context, double x), void *context, double a, double b, double *error);

#endif // ULAB_QUADRATURE_H
