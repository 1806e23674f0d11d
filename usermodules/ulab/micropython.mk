ULAB_DIR := $(USERMOD_DIR)
QSTR_DEFS += $(ULAB_DIR)/qstrdefs.h

# What knows the interpreter.
SRC_USERMOD_C += $(addprefix $(ULAB_DIR)/, \
	arguments.c \
	creation.c \
	flat.c \
	indexing.c \
	items.c \
	memory.c \
	methods.c \
	modnumpy.c \
	modscipy.c \
	modulab.c \
	ndarray.c \
	numpy_arrange.c \
	numpy_convolve.c \
	numpy_binary.c \
	numpy_fft.c \
	numpy_info.c \
	numpy_linalg.c \
	numpy_math.c \
	numpy_order.c \
	numpy_product.c \
	numpy_random.c \
	numpy_reduce.c \
	numpy_scan.c \
	numpy_search.c \
	operators.c \
	packed.c \
	printing.c \
	python_modules.c \
	scipy_special.c \
	universal.c \
	)

# Algorithms, which do not.
SRC_USERMOD_LIB_C += $(addprefix $(ULAB_DIR)/, \
	convert.c \
	convolve.c \
	elementwise.c \
	fft.c \
	filter.c \
	gather.c \
	kernels.c \
	kernels_f32.c \
	kernels_f64.c \
	linalg.c \
	product.c \
	promote.c \
	quadrature.c \
	random.c \
	reduce.c \
	scan.c \
	search.c \
	selection.c \
	sorting.c \
	special.c \
	strided.c \
	unary.c \
	)

LDFLAGS_USERMOD += -Wl,--wrap=mp_binary_op

ifeq ($(DEBUG),1)
SRC_USERMOD_C += $(ULAB_DIR)/debug/modfailing_allocations.c
LDFLAGS_USERMOD += $(foreach allocate,gc_alloc gc_realloc memory_take ulab_memory_alloc,-Wl,--wrap=$(allocate))
endif

# What is Python.
ULAB_PACKED := $(sort $(wildcard $(ULAB_DIR)/packed/*.py))
$(BUILD)/ulab/packed_block.h: $(ULAB_DIR)/pack.py $(ULAB_PACKED) $(MICROPY_MPYCROSS_DEPENDENCY)
	$(Q)mkdir -p $(dir $@)
	$(Q)$(PYTHON) $(ULAB_DIR)/pack.py $(MICROPY_MPYCROSS) $@ $(ULAB_PACKED)
$(BUILD)/ulab/packed.o: $(BUILD)/ulab/packed_block.h

# All processors give the same bits. The hot loops are compiled for speed.
ULAB_OBJECTS := $(BUILD)/ulab
$(ULAB_OBJECTS)/%.o: CFLAGS += -ffp-contract=off
ifneq ($(DEBUG),1)
# Their loops choose between floats without branches; no exception is looked at.
$(addprefix $(ULAB_OBJECTS)/, convert.o elementwise.o kernels.o reduce.o): CFLAGS += -O2 -ftree-vectorize -fno-trapping-math
$(addprefix $(ULAB_OBJECTS)/kernels_, f32.o f64.o): CFLAGS += -O2 -ftree-vectorize -fno-thread-jumps \
	-fvect-cost-model=dynamic -fno-math-errno -fno-trapping-math
# Allows the vectors of NEON, which lose subnormals, but nothing that changes other bits.
$(ULAB_OBJECTS)/kernels_f32.o: CFLAGS += -funsafe-math-optimizations -fsigned-zeros -fno-associative-math \
	-fno-reciprocal-math
$(addprefix $(ULAB_OBJECTS)/, convolve.o fft.o gather.o product.o scan.o search.o selection.o sorting.o): CFLAGS += -O2
$(addprefix $(ULAB_OBJECTS)/, convert.o elementwise.o kernels.o reduce.o kernels_f32.o kernels_f64.o convolve.o fft.o \
	gather.o product.o scan.o search.o selection.o sorting.o): FAST := 1
# Where the compiler's copies of small functions gain no instruction.
$(addprefix $(ULAB_OBJECTS)/, fft.o reduce.o): CFLAGS += -fno-inline-small-functions
endif
