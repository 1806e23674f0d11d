// Resizes by area averaging: each result pixel is the mean of the rectangle
// that it covers, parts of pixels counted by their area. One pass over the rows,
// in integers, so that every CPU gives the same bytes.

#ifndef UJPEG_AREA_RESIZE_H
#define UJPEG_AREA_RESIZE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The interval from start/scale to (start+length)/scale, in pixels of the input,
// cut into `count` equal parts.
typedef struct {
    uint32_t start;
    uint32_t length;
    uint32_t scale;
    uint32_t count;
} area_axis_t;

typedef struct {
    area_axis_t columns;
    area_axis_t rows;
    uint32_t channels;   // 1 or 3
    uint32_t result_row; // the row that is being summed up
    uint32_t *sums;      // of that row
    uint32_t *line;      // an input row, averaged along the columns
    uint32_t *taps;      // for each result column: first input column, how many, their weights
} area_resize_t;

// The input pixels that the interval touches.
uint32_t area_axis_first(const area_axis_t *axis);
uint32_t area_axis_end(const area_axis_t *axis);

// Bytes that area_resize_start() wants, aligned for uint32_t.
size_t area_resize_memory(const area_axis_t *columns, uint32_t channels);

// Rows that will be given begin with input column `first_column`.
void area_resize_start(area_resize_t *resize, const area_axis_t *columns, const area_axis_t *rows,
    uint32_t channels, uint32_t first_column, void *memory);

// Takes input row number `row`, interleaved; they come in order, beginning with the
// first that the rows' interval touches.
void area_resize_add(area_resize_t *resize, const uint8_t *pixels, uint32_t row);

// Whether the result row is complete after input row number `row`. If so, it is
// written, interleaved, and the next one begins; ask again.
bool area_resize_take(area_resize_t *resize, uint32_t row, uint8_t *pixels);

#endif // UJPEG_AREA_RESIZE_H
