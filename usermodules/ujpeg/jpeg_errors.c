#include "jpeg_errors.h"

#include <stdbool.h>
#include <string.h>

#include "jversion.h"

// jerror.h is made to be included again with a meaning of JMESSAGE of one's own.
// One string after the other needs no table of addresses.
static const char texts[] =
#define JMESSAGE(code, text) text "\0"
#include "jerror.h"
;

static size_t digits_of(unsigned value, unsigned base, char *digits) {
    size_t count = 0;
    do {
        digits[count++] = "0123456789abcdef"[value % base];
        value /= base;
    } while (value > 0);
    return count;
}

void format_text(char *text, size_t size, const char *format, const int *values) {
    char *end = text + size - 1;
    while (*format != '\0' && text < end) {
        if (*format != '%') {
            *text++ = *format++;
            continue;
        }
        bool two_digits = strncmp(++format, "02", 2) == 0;
        format += two_digits ? 2 : 0;
        char kind = *format++;
        int value = *values++;
        bool negative = kind == 'd' && value < 0;
        char digits[12];
        size_t count = digits_of(negative ? 0u - (unsigned)value : (unsigned)value, kind == 'x' ? 16 : 10, digits);
        if (two_digits && count < 2) {
            digits[count++] = '0';
        }
        if (negative) {
            digits[count++] = '-';
        }
        while (count > 0 && text < end) {
            *text++ = digits[--count];
        }
    }
    *text = '\0';
}

void jpeg_errors_describe(const struct jpeg_error_mgr *error, char *text, size_t size) {
    const char *format = texts;
    for (int code = error->msg_code; code > 0; --code) {
        format += strlen(format) + 1;
    }
    format_text(text, size, format, error->msg_parm.i);
}
