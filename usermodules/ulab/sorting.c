#include <stdbool.h>
#include <string.h>

#include "sorting.h"

// Runs that are sorted by insertion before they are merged.
#define RUN (8)

static bool in_order(double first, double second) {
    return first <= second || second != second;
}

static void insertion_sort(double *values, uint32_t *places, size_t n) {
    for (size_t i = 1; i < n; i++) {
        double value = values[i];
        uint32_t place = places == NULL ? 0 : places[i];
        size_t j = i;
        for (; j > 0 && !in_order(values[j - 1], value); j--) {
            values[j] = values[j - 1];
            if (places != NULL) {
                places[j] = places[j - 1];
            }
        }
        values[j] = value;
        if (places != NULL) {
            places[j] = place;
        }
    }
}

// Two neighbouring sorted runs, up to `middle` and up to `n`.
static void merge(double *to, uint32_t *to_places, const double *from, const uint32_t *from_places, size_t middle,
    size_t n) {
    size_t low = 0, high = middle;
    for (size_t i = 0; i < n; i++) {
        bool take_low = high == n || (low < middle && in_order(from[low], from[high]));
        size_t taken = take_low ? low++ : high++;
        to[i] = from[taken];
        if (to_places != NULL) {
            to_places[i] = from_places[taken];
        }
    }
}

static uint32_t *offset(uint32_t *places, size_t start) {
    return places == NULL ? NULL : places + start;
}

void sort_values(double *values, uint32_t *places, double *scratch, uint32_t *scratch_places, size_t n) {
    for (size_t start = 0; start < n; start += RUN) {
        insertion_sort(values + start, offset(places, start), n - start < RUN ? n - start : RUN);
    }
    double *from = values, *to = scratch;
    uint32_t *from_places = places, *to_places = scratch_places;
    for (size_t width = RUN; width < n; width *= 2) {
        for (size_t start = 0; start < n; start += 2 * width) {
            size_t left = n - start;
            merge(to + start, offset(to_places, start), from + start, offset(from_places, start),
                left < width ? left : width, left < 2 * width ? left : 2 * width);
        }
        double *values_swap = from;
        from = to;
        to = values_swap;
        uint32_t *places_swap = from_places;
        from_places = to_places;
        to_places = places_swap;
    }
    if (from != values) {
        memcpy(values, from, n * sizeof(*values));
        if (places != NULL) {
            memcpy(places, from_places, n * sizeof(*places));
        }
    }
}
