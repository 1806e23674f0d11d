// Universal functions: callable objects around a function of one number.

#ifndef ULAB_UNIVERSAL_H
#define ULAB_UNIVERSAL_H

#include "py/obj.h"

#include "unary.h"

typedef struct {
    mp_obj_base_t base;
    unary_t function;
} universal_t;

extern const mp_obj_type_t ulab_universal_type;

// static const universal_t name_obj = UNIVERSAL(.real = name);
#define UNIVERSAL(...) { { &ulab_universal_type }, { __VA_ARGS__ } }

#endif // ULAB_UNIVERSAL_H
