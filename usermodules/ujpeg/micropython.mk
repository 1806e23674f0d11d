UJPEG_DIR := $(USERMOD_DIR)
UJPEG_LIBJPEG := $(BUILD)/../libjpeg

SRC_USERMOD_C += $(addprefix $(UJPEG_DIR)/,modujpeg.c binding_source.c binding_decode.c binding_encode.c \
	binding_frames.c)
SRC_USERMOD_LIB_C += $(addprefix $(UJPEG_DIR)/, \
	area_resize.c \
	encode_block.c \
	encode_samples.c \
	frame_search.c \
	framing.c \
	jpeg_decode.c \
	jpeg_encode.c \
	jpeg_errors.c \
	jpeg_input.c \
	jpeg_memory.c \
	jpeg_tables.c \
	pixels.c \
	planes.c \
	)
CFLAGS_USERMOD += -I$(UJPEG_DIR) -I$(UJPEG_DIR)/../ulab -I$(UJPEG_DIR)/libjpeg -I$(UJPEG_LIBJPEG)/source
LDFLAGS_USERMOD += $(UJPEG_LIBJPEG)/libjpeg.a

# Linked again when the library has changed. Named before the objects it does
# nothing there; LDFLAGS names it again after them.
$(BUILD)/$(PROG): $(UJPEG_LIBJPEG)/libjpeg.a

# The loops over all pixels: one that vector instructions suit, one with short
# runs that they do not.
$(BUILD)/ujpeg/planes.o: CFLAGS += $(if $(DEBUG),,-O3)
$(BUILD)/ujpeg/area_resize.o $(BUILD)/ujpeg/encode_block.o $(BUILD)/ujpeg/encode_samples.o: CFLAGS += $(if $(DEBUG),,-O2)
$(addprefix $(BUILD)/ujpeg/,planes.o area_resize.o encode_block.o encode_samples.o): FAST := 1
