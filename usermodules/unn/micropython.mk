UNN_DIR := $(USERMOD_DIR)

# What knows the interpreter.
SRC_USERMOD_C += $(addprefix $(UNN_DIR)/, modunn.c)

# Algorithms, which do not.
SRC_USERMOD_LIB_C += $(addprefix $(UNN_DIR)/, \
	unn_file.c \
	unn_float32.c \
	unn_int8.c \
	unn_run.c \
	unn_softmax.c \
	)

# Results are the same on every machine; only float32 sums may be reordered,
# and need that to become vectors on ARMv7.
$(BUILD)/unn/unn_%.o: CFLAGS += -ffp-contract=off
# On a host the int8 loops are plain C that the compiler has to make vectors of.
$(BUILD)/unn/unn_int8.o: CFLAGS += $(if $(CROSS_COMPILE),-O2,-O3)
$(BUILD)/unn/unn_float32.o: CFLAGS += -O2 -funsafe-math-optimizations
