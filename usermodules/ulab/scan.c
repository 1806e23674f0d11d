#include "convert.h"
#include "scan.h"

static double run_sum(double *values, size_t n, double sum) {
    for (size_t i = 0; i < n; i++) {
        sum += values[i];
        values[i] = sum;
    }
    return sum;
}

static double run_product(double *values, size_t n, double product) {
    for (size_t i = 0; i < n; i++) {
        product *= values[i];
        values[i] = product;
    }
    return product;
}

static void run_complex(double *values, size_t n, bool multiply, double *state) {
    double real = state[0], imaginary = state[1];
    for (size_t i = 0; i < n; i++, values += 2) {
        if (multiply) {
            double product = real * values[0] - imaginary * values[1];
            imaginary = real * values[1] + imaginary * values[0];
            real = product;
        } else {
            real += values[0];
            imaginary += values[1];
        }
        values[0] = real;
        values[1] = imaginary;
    }
    state[0] = real;
    state[1] = imaginary;
}

void scan_items(bool multiply, const strided_t *out, const strided_t *in) {
    kind_t kind = out->dtype == NDARRAY_COMPLEX ? KIND_COMPLEX : KIND_F64;
    double state[2] = { multiply ? 1.0 : 0.0, 0.0 };
    strided_loop_t loop;
    if (!strided_loop_start(&loop, 2, (const strided_t *const[]) { out, in })) {
        return;
    }
    block_t block;
    do {
        for (size_t done = 0; done < loop.run;) {
            size_t n = loop.run - done < BLOCK_ITEMS ? loop.run - done : BLOCK_ITEMS;
            block_load(&block, kind, in->dtype, loop.data[1] + (ptrdiff_t)done * loop.step[1], loop.step[1], n);
            if (kind == KIND_COMPLEX) {
                run_complex(block.f64, n, multiply, state);
            } else {
                state[0] = (multiply ? run_product : run_sum)(block.f64, n, state[0]);
            }
            block_store(&block, kind, out->dtype, loop.data[0] + (ptrdiff_t)done * loop.step[0], loop.step[0], n);
            done += n;
        }
    } while (strided_loop_next(&loop));
}
