// Linear algebra with dense float64 matrices, row after row.

#ifndef ULAB_LINALG_H
#define ULAB_LINALG_H

#include <stdbool.h>
#include <stddef.h>

// Gaussian elimination with row exchanges: n x n matrix `a` becomes its LU
// factors, and b, n rows of `columns` items, goes along. Returns the sign of the
// exchanges, or 0 where the matrix is singular: where nothing but rounding
// errors is left of a pivot.
double linalg_eliminate(double *a, size_t n, double *b, size_t columns);

// Solve for b in place with a lower triangle, of which item (i, j) is
// a[i * row_step + j * column_step]; row i of b is at b + i * b_step. False where
// a diagonal item is 0. An upper triangle is a lower one from its end.
bool linalg_substitute(const double *a, ptrdiff_t row_step, ptrdiff_t column_step, size_t n, double *b,
    ptrdiff_t b_step, size_t columns);
bool linalg_substitute_upper(const double *a, size_t n, double *b, size_t columns);

// The lower triangle with a = l times its transpose, in place, 0 above it; false
// where the matrix is not positive definite.
bool linalg_cholesky(double *a, size_t n);

// QR with Householder's reflections and LAPACK's signs. `a` is the transpose of
// the matrix: row j holds the `rows` items of column j. It is lost, r gets r_rows
// rows of `columns` items, and q, unless NULL, the transpose of q_columns columns.
void linalg_qr(double *a, size_t rows, size_t columns, double *r, size_t r_rows, double *q, size_t q_columns);

// Jacobi's method for a symmetric matrix: eigenvalues are on the diagonal then,
// eigenvectors in the columns of v. False where it does not converge.
bool linalg_eigen(double *a, size_t n, double *v);

// One-sided Jacobi's method: the n rows of w become orthonormal, of `length`
// items each, and v has n orthonormal rows, so that what was in w is the sum of
// v[i][k] * s[i] * w[i]. s falls; where it is 0, so is that row of w. False
// where it does not converge.
bool linalg_svd(double *w, size_t n, size_t length, double *s, double *v);

#endif // ULAB_LINALG_H
