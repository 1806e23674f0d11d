#include "search.h"

// In the order that has nan last.
static bool before(double first, double second) {
    return first < second || (second != second && first == first);
}

size_t search_sorted(const double *sorted, size_t n, double value, bool right) {
    size_t low = 0;
    while (n > 0) {
        size_t half = n / 2;
        double middle = sorted[low + half];
        if (right ? !before(value, middle) : before(middle, value)) {
            low += half + 1;
            n -= half + 1;
        } else {
            n = half;
        }
    }
    return low;
}

void interpolate(const interpolation_t *through, double *values, size_t count) {
    const double *x = through->x;
    const double *y = through->y;
    size_t last = through->n - 1;
    size_t place = 0;
    for (size_t i = 0; i < count; i++) {
        double value = values[i];
        if (value < x[0]) {
            values[i] = through->left;
        } else if (value > x[last]) {
            values[i] = through->right;
        } else if (value == value) {
            // Neighbouring values often lie between the same points.
            if (value < x[place] || (place < last && value >= x[place + 1])) {
                size_t after = search_sorted(x, last + 1, value, true);
                // No point may come before where x is not in order.
                place = after == 0 ? 0 : after - 1;
            }
            values[i] = y[place];
            if (value != x[place] && place < last) {
                values[i] += (y[place + 1] - y[place]) / (x[place + 1] - x[place]) * (value - x[place]);
            }
        }
    }
}
