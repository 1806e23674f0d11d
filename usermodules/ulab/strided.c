#include "strided.h"

size_t ndarray_dtype_itemsize(ndarray_dtype_t dtype) {
    switch (dtype) {
        case NDARRAY_BOOL:
        case NDARRAY_UINT8:
        case NDARRAY_INT8:
            return 1;
        case NDARRAY_UINT16:
        case NDARRAY_INT16:
            return 2;
        case NDARRAY_UINT32:
        case NDARRAY_INT32:
        case NDARRAY_FLOAT32:
            return 4;
        case NDARRAY_FLOAT64:
            return 8;
        case NDARRAY_COMPLEX:
            return 16;
    }
    return 0;
}

size_t strided_len(const strided_t *array) {
    size_t len = 1;
    for (size_t axis = 0; axis < array->ndim; axis++) {
        len *= array->shape[axis];
    }
    return len;
}

void strided_set_dense(strided_t *array) {
    size_t stride = ndarray_dtype_itemsize(array->dtype);
    for (size_t axis = array->ndim; axis-- > 0;) {
        array->strides[axis] = (ptrdiff_t)stride;
        stride *= array->shape[axis];
    }
}

bool strided_is_dense(const strided_t *array) {
    if (strided_len(array) == 0) {
        return true;
    }
    ptrdiff_t stride = (ptrdiff_t)ndarray_dtype_itemsize(array->dtype);
    for (size_t axis = array->ndim; axis-- > 0;) {
        if (array->shape[axis] != 1 && array->strides[axis] != stride) {
            return false;
        }
        stride *= (ptrdiff_t)array->shape[axis];
    }
    return true;
}

bool strided_broadcast_shapes(const strided_t *a, const strided_t *b, size_t *ndim, size_t *shape) {
    size_t axes = a->ndim > b->ndim ? a->ndim : b->ndim;
    for (size_t back = 1; back <= axes; back++) {
        size_t from_a = back <= a->ndim ? a->shape[a->ndim - back] : 1;
        size_t from_b = back <= b->ndim ? b->shape[b->ndim - back] : 1;
        if (from_a != from_b && from_a != 1 && from_b != 1) {
            return false;
        }
        shape[axes - back] = from_a == 1 ? from_b : from_a;
    }
    *ndim = axes;
    return true;
}

bool strided_broadcast_to(strided_t *array, size_t ndim, const size_t *shape) {
    // Axes of one item in front may be more than the target has.
    size_t surplus = 0;
    while (array->ndim - surplus > ndim) {
        if (array->shape[surplus++] != 1) {
            return false;
        }
    }
    strided_t from = *array;
    array->ndim = ndim;
    for (size_t back = 1; back <= ndim; back++) {
        size_t axis = ndim - back;
        bool present = back <= from.ndim - surplus;
        size_t size = present ? from.shape[from.ndim - back] : 1;
        if (size != shape[axis] && size != 1) {
            return false;
        }
        array->shape[axis] = shape[axis];
        array->strides[axis] = size == 1 ? 0 : from.strides[from.ndim - back];
    }
    return true;
}

void strided_extent(const strided_t *array, const uint8_t **low, const uint8_t **high) {
    *low = *high = array->data;
    if (strided_len(array) == 0) {
        return;
    }
    for (size_t axis = 0; axis < array->ndim; axis++) {
        ptrdiff_t span = (ptrdiff_t)(array->shape[axis] - 1) * array->strides[axis];
        if (span < 0) {
            *low += span;
        } else {
            *high += span;
        }
    }
    *high += ndarray_dtype_itemsize(array->dtype);
}

bool strided_overlap(const strided_t *a, const strided_t *b) {
    const uint8_t *a_low, *a_high, *b_low, *b_high;
    strided_extent(a, &a_low, &a_high);
    strided_extent(b, &b_low, &b_high);
    return a_low < b_high && b_low < a_high;
}

void strided_axis_last(strided_t *array, size_t axis) {
    size_t size = array->shape[axis];
    ptrdiff_t stride = array->strides[axis];
    for (; axis + 1 < array->ndim; axis++) {
        array->shape[axis] = array->shape[axis + 1];
        array->strides[axis] = array->strides[axis + 1];
    }
    array->shape[axis] = size;
    array->strides[axis] = stride;
}

// Whether `axis` and the axes that are collapsed in `loop->run` make one run.
static bool continues_run(const strided_loop_t *loop, const strided_t *const *list, size_t axis) {
    for (size_t i = 0; i < loop->arrays; i++) {
        if (list[i]->strides[axis] != loop->step[i] * (ptrdiff_t)loop->run) {
            return false;
        }
    }
    return true;
}

bool strided_loop_start(strided_loop_t *loop, size_t arrays, const strided_t *const *list) {
    loop->arrays = arrays;
    loop->run = 1;
    loop->outer = 0;
    for (size_t i = 0; i < arrays; i++) {
        loop->data[i] = list[i]->data;
        loop->step[i] = (ptrdiff_t)ndarray_dtype_itemsize(list[i]->dtype);
    }
    bool started = false;
    for (size_t axis = list[0]->ndim; axis-- > 0;) {
        size_t size = list[0]->shape[axis];
        if (size == 0) {
            return false;
        }
        if (size == 1) {
            continue;
        }
        if (!started) {
            started = true;
            loop->run = size;
            for (size_t i = 0; i < arrays; i++) {
                loop->step[i] = list[i]->strides[axis];
            }
        } else if (loop->outer == 0 && continues_run(loop, list, axis)) {
            loop->run *= size;
        } else {
            loop->shape[loop->outer] = size;
            loop->index[loop->outer] = 0;
            for (size_t i = 0; i < arrays; i++) {
                loop->strides[i][loop->outer] = list[i]->strides[axis];
            }
            loop->outer++;
        }
    }
    return true;
}

bool strided_loop_next(strided_loop_t *loop) {
    for (size_t axis = 0; axis < loop->outer; axis++) {
        bool wraps = ++loop->index[axis] == loop->shape[axis];
        // The pointer never leaves the array: at the end it goes back to the start.
        ptrdiff_t steps = wraps ? 1 - (ptrdiff_t)loop->shape[axis] : 1;
        for (size_t i = 0; i < loop->arrays; i++) {
            loop->data[i] += steps * loop->strides[i][axis];
        }
        if (!wraps) {
            return true;
        }
        loop->index[axis] = 0;
    }
    return false;
}
