// The core of np.convolve.

#include "py/runtime.h"

#include "arguments.h"
#include "convolve.h"
#include "numpy.h"

// All of the sums of products, of real vectors that are not empty.
static mp_obj_t numpy_convolve_full(mp_obj_t left_in, mp_obj_t right_in) {
    vector_t left = vector_from_array(ndarray_from_obj(left_in));
    vector_t right = vector_from_array(ndarray_from_obj(right_in));
    if (left.len == 0 || right.len == 0) {
        mp_raise_TypeError(MP_ERROR_TEXT("convolve arguments must not be empty"));
    }
    if (left.len < right.len) {
        vector_t longer = right;
        right = left;
        left = longer;
    }
    size_t len = left.len + right.len - 1;
    ndarray_obj_t *result = ndarray_new_zeroed(NDARRAY_FLOAT64, 1, &len);
    convolve_add((double *)(void *)result->view->data, left.items, left.len, right.items, right.len);
    vector_discard(&left);
    vector_discard(&right);
    return MP_OBJ_FROM_PTR(result);
}
MP_DEFINE_CONST_FUN_OBJ_2(numpy_convolve_full_obj, numpy_convolve_full);
