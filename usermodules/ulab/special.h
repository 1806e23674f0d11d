// Special functions of one real number, within some units in the last place of
// the exact value (gammaln near 1 and 2, where it is 0: of 1).

#ifndef ULAB_SPECIAL_H
#define ULAB_SPECIAL_H

double special_erf(double x);
double special_erfc(double x);
double special_gamma(double x);
double special_gammaln(double x);

#endif // ULAB_SPECIAL_H
