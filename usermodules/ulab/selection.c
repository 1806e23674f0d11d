#include "selection.h"

static double middle_of_three(double a, double b, double c) {
    double low = a < b ? a : b;
    double high = a < b ? b : a;
    return c < low ? low : c > high ? high : c;
}

bool select_value(double *values, size_t n, size_t k) {
    ptrdiff_t low = 0, high = (ptrdiff_t)n - 1, wanted = (ptrdiff_t)k;
    // About 3 n steps are usual; sorting is better than the worst case of n * n.
    size_t steps_left = n > (size_t)-1 / 16 ? n : 16 * n;
    while (low < high) {
        size_t span = (size_t)(high - low) + 1;
        if (span > steps_left) {
            return false;
        }
        steps_left -= span;
        double pivot = middle_of_three(values[low], values[low + (high - low) / 2], values[high]);
        ptrdiff_t i = low, j = high;
        do {
            while (values[i] < pivot) {
                i++;
            }
            while (values[j] > pivot) {
                j--;
            }
            if (i <= j) {
                double value = values[i];
                values[i++] = values[j];
                values[j--] = value;
            }
        } while (i <= j);
        if (wanted <= j) {
            high = j;
        } else if (wanted >= i) {
            low = i;
        } else {
            break;
        }
    }
    return true;
}
