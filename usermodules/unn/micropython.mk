UNN_DIR := $(USERMOD_DIR)

# What knows the interpreter.
SRC_USERMOD_C += $(addprefix $(UNN_DIR)/, modunn.c)

# Algorithms, which do not.
SRC_USERMOD_LIB_C += $(addprefix $(UNN_DIR)/, \
	unn_elementwise.c \
	unn_file.c \
	unn_float32.c \
	unn_int8.c \
	unn_run.c \
	unn_window.c \
	)

# Results are the same on every machine; only the sums of float32 convolutions
# are taken in another order. Moving instructions before registers are given out
# would use up those that hold sums.
$(BUILD)/unn/unn_%.o: CFLAGS += -ffp-contract=off
$(BUILD)/unn/unn_int8.o $(BUILD)/unn/unn_float32.o: CFLAGS += -O2 -fno-schedule-insns $(UNN_SIMD_CFLAGS)
$(BUILD)/unn/unn_int8.o $(BUILD)/unn/unn_float32.o: FAST := 1

# The oldest x86-64 that a host may be.
ifeq ($(CROSS_COMPILE),)
ifeq ($(shell uname -m),x86_64)
UNN_SIMD_CFLAGS := -msse4.1
endif
endif
