// The universal functions of ulab.numpy.

#include <math.h>

#include "py/runtime.h"

#include "numpy.h"
#include "operators.h"

static double degrees(double x) {
    return x * (180.0 / M_PI);
}

static double radians(double x) {
    return x * (M_PI / 180.0);
}

static double sinc(double x) {
    double turn = M_PI * x;
    return x == 0.0 ? 1.0 : sin(turn) / turn;
}

// musl has results for some numbers below -1.
static double acosh_or_nan(double x) {
    return x < 1.0 ? (double)NAN : acosh(x);
}

static void isfinite_complex(double *parts) {
    parts[0] = isfinite(parts[0]) && isfinite(parts[1]);
    parts[1] = 0.0;
}

static void isinf_complex(double *parts) {
    parts[0] = isinf(parts[0]) || isinf(parts[1]);
    parts[1] = 0.0;
}

static void isnan_complex(double *parts) {
    parts[0] = isnan(parts[0]) || isnan(parts[1]);
    parts[1] = 0.0;
}

static void exp_complex(double *parts) {
    double size = exp(parts[0]);
    double turn = parts[1];
    parts[0] = size * cos(turn);
    parts[1] = turn == 0.0 ? turn : size * sin(turn);
}

static void log_complex(double *parts) {
    double size = hypot(parts[0], parts[1]);
    parts[1] = atan2(parts[1], parts[0]);
    parts[0] = log(size);
}

static void sinh_complex(double *parts) {
    double real = parts[0], turn = parts[1];
    parts[0] = sinh(real) * cos(turn);
    parts[1] = cosh(real) * sin(turn);
}

static void cosh_complex(double *parts) {
    double real = parts[0], turn = parts[1];
    parts[0] = cosh(real) * cos(turn);
    parts[1] = sinh(real) * sin(turn);
}

// sin(z) = -i sinh(iz), cos(z) = cosh(iz)
static void sin_complex(double *parts) {
    double times_i[2] = { -parts[1], parts[0] };
    sinh_complex(times_i);
    parts[0] = times_i[1];
    parts[1] = -times_i[0];
}

static void cos_complex(double *parts) {
    double real = parts[0];
    parts[0] = -parts[1];
    parts[1] = real;
    cosh_complex(parts);
}

// The root with the positive real part, without cancellation.
static void sqrt_complex(double *parts) {
    double real = parts[0];
    double imaginary = parts[1];
    if (real == 0.0 && imaginary == 0.0) {
        parts[0] = 0.0;
        return;
    }
    double large = sqrt((hypot(real, imaginary) + fabs(real)) * 0.5);
    double small = fabs(imaginary) / (2.0 * large);
    parts[0] = real >= 0.0 ? large : small;
    parts[1] = copysign(real >= 0.0 ? small : large, imaginary);
}

const universal_t numpy_acos_obj = UNIVERSAL(.real = acos);
const universal_t numpy_acosh_obj = UNIVERSAL(.real = acosh_or_nan);
const universal_t numpy_asin_obj = UNIVERSAL(.real = asin);
const universal_t numpy_asinh_obj = UNIVERSAL(.real = asinh);
const universal_t numpy_atan_obj = UNIVERSAL(.real = atan);
const universal_t numpy_atanh_obj = UNIVERSAL(.real = atanh);
const universal_t numpy_cbrt_obj = UNIVERSAL(.real = cbrt);
const universal_t numpy_ceil_obj = UNIVERSAL(.real = ceil);
const universal_t numpy_cos_obj = UNIVERSAL(.real = cos, .f32 = cos_f32, .complex = cos_complex);
const universal_t numpy_cosh_obj = UNIVERSAL(.real = cosh, .complex = cosh_complex);
const universal_t numpy_degrees_obj = UNIVERSAL(.real = degrees);
const universal_t numpy_exp_obj = UNIVERSAL(.f32 = exp_f32, .f64 = exp_f64, .complex = exp_complex);
const universal_t numpy_exp2_obj = UNIVERSAL(.real = exp2);
const universal_t numpy_expm1_obj = UNIVERSAL(.f32 = expm1_f32, .f64 = expm1_f64);
const universal_t numpy_floor_obj = UNIVERSAL(.real = floor);
const universal_t numpy_isfinite_obj = UNIVERSAL(.f32 = isfinite_f32, .f64 = isfinite_f64,
    .complex = isfinite_complex, .predicate = true);
const universal_t numpy_isinf_obj = UNIVERSAL(.f32 = isinf_f32, .f64 = isinf_f64, .complex = isinf_complex,
    .predicate = true);
const universal_t numpy_isnan_obj = UNIVERSAL(.f32 = isnan_f32, .f64 = isnan_f64, .complex = isnan_complex,
    .predicate = true);
const universal_t numpy_log_obj = UNIVERSAL(.f32 = log_f32, .f64 = log_f64, .complex = log_complex);
const universal_t numpy_log10_obj = UNIVERSAL(.f32 = log10_f32, .f64 = log10_f64);
const universal_t numpy_log1p_obj = UNIVERSAL(.real = log1p);
const universal_t numpy_log2_obj = UNIVERSAL(.f32 = log2_f32, .f64 = log2_f64);
const universal_t numpy_radians_obj = UNIVERSAL(.real = radians);
const universal_t numpy_rint_obj = UNIVERSAL(.real = rint);
const universal_t numpy_signbit_obj = UNIVERSAL(.f64 = signbit_f64, .predicate = true);
const universal_t numpy_sin_obj = UNIVERSAL(.real = sin, .f32 = sin_f32, .complex = sin_complex);
const universal_t numpy_sinc_obj = UNIVERSAL(.real = sinc);
const universal_t numpy_sinh_obj = UNIVERSAL(.real = sinh, .complex = sinh_complex);
const universal_t numpy_sqrt_obj = UNIVERSAL(.f32 = sqrt_f32, .f64 = sqrt_f64, .complex = sqrt_complex);
const universal_t numpy_tan_obj = UNIVERSAL(.real = tan);
const universal_t numpy_tanh_obj = UNIVERSAL(.f32 = tanh_f32, .f64 = tanh_f64);
const universal_t numpy_trunc_obj = UNIVERSAL(.real = trunc);

// Half away from zero.
const universal_t numpy_round_half_away_obj = UNIVERSAL(.real = round);
