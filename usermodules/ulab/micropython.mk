ULAB_DIR := $(USERMOD_DIR)

# What knows the interpreter.
SRC_USERMOD_C += $(addprefix $(ULAB_DIR)/, \
	creation.c \
	indexing.c \
	items.c \
	memory.c \
	methods.c \
	modnumpy.c \
	modulab.c \
	ndarray.c \
	operators.c \
	printing.c \
	)

# Algorithms, which do not.
SRC_USERMOD_LIB_C += $(addprefix $(ULAB_DIR)/, \
	convert.c \
	strided.c \
	)
