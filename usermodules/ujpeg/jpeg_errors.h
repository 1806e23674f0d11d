// The texts of libjpeg's errors and warnings. Stands in for libjpeg's jerror.c,
// which prints them and exits.

#ifndef UJPEG_JPEG_ERRORS_H
#define UJPEG_JPEG_ERRORS_H

#include <stdio.h>

#include "jpeglib.h"
#include "jerror.h"

// The text of the error that libjpeg has just reported, with its parameters.
void jpeg_errors_describe(const struct jpeg_error_mgr *error, char *text, size_t size);

// Writes at most `size` characters with the closing zero. The format knows %d, %u, %x and %02x, of ints.
void format_text(char *text, size_t size, const char *format, const int *values);

#endif // UJPEG_JPEG_ERRORS_H
