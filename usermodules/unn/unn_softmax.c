// Softmax in single precision, operation by operation, so that it has the same
// bits on every machine (build without contraction and unsafe mathematics).

#include <string.h>

#include "unn_step.h"

// exp of a value not above 0: 2^k * exp(r), r by its power series.
static float exp_negative(float x) {
    if (!(x >= -87.0f)) {
        return 0;
    }
    int32_t k = (int32_t)(x * 1.44269504f - 0.5f);
    float r = (x - (float)k * 0.693359375f) - (float)k * -2.12194440e-4f;
    float series = 1.0f / 5040;
    series = series * r + 1.0f / 720;
    series = series * r + 1.0f / 120;
    series = series * r + 1.0f / 24;
    series = series * r + 1.0f / 6;
    series = series * r + 0.5f;
    series = series * r + 1.0f;
    series = series * r + 1.0f;
    uint32_t bits = (uint32_t)(k + 127) << 23;
    float power;
    memcpy(&power, &bits, sizeof(power));
    return series * power;
}

// Differences to the largest value in, probabilities out.
static void normalise(float *values, size_t count) {
    float sum = 0;
    for (size_t i = 0; i < count; i++) {
        values[i] = exp_negative(values[i]);
        sum += values[i];
    }
    for (size_t i = 0; i < count; i++) {
        values[i] /= sum;
    }
}

void unn_int8_softmax(const unn_step_t *step) {
    const int8_t *in = (const int8_t *)step->in;
    float *out = (float *)step->out;
    size_t channels = step->channels;
    for (size_t i = step->height * step->width; i > 0; i--) {
        int32_t largest = INT8_MIN;
        for (size_t j = 0; j < channels; j++) {
            largest = in[j] > largest ? in[j] : largest;
        }
        for (size_t j = 0; j < channels; j++) {
            out[j] = (float)(in[j] - largest) * step->source->scale;
        }
        normalise(out, channels);
        in += channels;
        out += channels;
    }
}

void unn_float32_softmax(const unn_step_t *step) {
    const float *in = (const float *)step->in;
    float *out = (float *)step->out;
    size_t channels = step->channels;
    for (size_t i = step->height * step->width; i > 0; i--) {
        float largest = in[0];
        for (size_t j = 1; j < channels; j++) {
            largest = in[j] > largest ? in[j] : largest;
        }
        for (size_t j = 0; j < channels; j++) {
            out[j] = in[j] - largest;
        }
        normalise(out, channels);
        in += channels;
        out += channels;
    }
}
