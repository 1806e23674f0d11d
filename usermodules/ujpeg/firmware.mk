# libjpeg-turbo's decoder and forward transform as a static library for one architecture, from the
# pinned sources and the configuration in libjpeg/, with what cameras never use
# left out. variant/firmware.mk includes this file.

LIBJPEG := $(BUILD)/libjpeg
LIBJPEG_CONFIG := usermodules/ujpeg/libjpeg

LIBJPEG_FILES := jcomapi jdapimin jdapistd jdcoefct jdcolor jddctmgr jdhuff jdinput jdmainct jdmarker \
	jdmaster jdphuff jdpostct jdsample jfdctint jidctint jidctred jmemmgr jutils
# Entropy decoding and the sample loops take nearly all of the time.
LIBJPEG_FAST := jdhuff jdcoefct jdsample jdcolor jfdctint jidctint jidctred jdphuff

ifeq ($(ARCH),armv7hf)
LIBJPEG_NEON := simd/arm/aarch32/jsimd
else ifeq ($(ARCH),aarch64)
LIBJPEG_NEON := simd/arm/aarch64/jsimd
endif
ifdef LIBJPEG_NEON
LIBJPEG_NEON += $(addprefix simd/arm/,jccolor-neon jdcolor-neon jdsample-neon jfdctint-neon jidctint-neon jidctred-neon)
LIBJPEG_FILES += $(LIBJPEG_NEON)
# Of its routines only those for red, green, blue are ever called.
$(LIBJPEG)/$(firstword $(LIBJPEG_NEON)).o: LIBJPEG_CFLAGS += $(foreach pixels,extrgbx extbgr extbgrx extxbgr \
	extxrgb,-Djsimd_$(pixels)_ycc_convert_neon=jsimd_extrgb_ycc_convert_neon) \
	$(foreach pixels,rgb565 extrgbx extbgr extbgrx extxbgr \
	extxrgb,-Djsimd_ycc_$(pixels)_convert_neon=jsimd_ycc_extrgb_convert_neon)
LIBJPEG_FAST += $(LIBJPEG_NEON)
LIBJPEG_ASSUMED := ycc_rgb idct_2x2 idct_4x4 idct_islow h2v1_fancy_upsample h2v1_upsample \
	h1v2_fancy_upsample h2v2_fancy_upsample h2v2_upsample
# The fuzz targets are without: sanitizers do not see into assembly.
else ifeq ($(LIBJPEG_PLAIN)$(shell uname -m),x86_64)
LIBJPEG_ASSEMBLY := jsimdcpu $(foreach routine,jccolor jcsample jdcolor jdsample jfdctint jidctint,\
	$(routine)-sse2 $(routine)-avx2) jidctred-sse2
LIBJPEG_FILES += $(addprefix simd/x86_64/,jsimd $(LIBJPEG_ASSEMBLY))
else
LIBJPEG_FILES += jsimd_none
endif

LIBJPEG_LEFT_OUT := DCT_IFAST_SUPPORTED|DCT_FLOAT_SUPPORTED|SAVE_MARKERS_SUPPORTED|BLOCK_SMOOTHING_SUPPORTED|$\
	UPSAMPLE_MERGING_SUPPORTED|QUANT_1PASS_SUPPORTED|QUANT_2PASS_SUPPORTED

LIBJPEG_IMPOSSIBLE := JWRN_(ARITH_BAD_CODE|BOGUS_ICC)|JERR_(BAD_(DROP_SAMPLING|IN_COLORSPACE|PROG_SCRIPT|SCAN_SCRIPT)|$\
	CANT_SUSPEND|(EMS|FILE|XMS)_(READ|WRITE)|HUFF_(CLEN_OVERFLOW|MISSING_CODE)|MISMATCHED_QUANT_TABLE|MISSING_DATA|$\
	NO_ARITH_TABLE|QUANT_(COMPONENTS|FEW_COLORS|MANY_COLORS)|TFILE_(CREATE|READ|SEEK|WRITE))

LIBJPEG_CFLAGS := -w -g -ffunction-sections -fdata-sections -DNO_GETENV -DNO_PUTENV -DNEON_INTRINSICS \
	-I$(LIBJPEG_CONFIG) -I$(LIBJPEG)/source -I$(LIBJPEG)/source/simd/arm $(REPRODUCIBLE_CFLAGS) $(TARGET_CFLAGS)
LIBJPEG_CC := $(or $(TARGET_CC),cc)

toolchain: $(LIBJPEG)/libjpeg.a

# A quoted #include looks beside the including file first: to see our
# jmorecfg.h, the sources are compiled from a copy.
$(LIBJPEG)/source/jmorecfg.h: usermodules/ujpeg/firmware.mk variant/firmware.mk | $(SOURCES)/libjpeg-turbo
	@rm -rf $(@D)
	@mkdir -p $(@D)/simd
	@cp $(SOURCES)/libjpeg-turbo/*.[ch] $(@D)
	@cp -R $(addprefix $(SOURCES)/libjpeg-turbo/simd/,jsimd.h arm nasm x86_64) $(@D)/simd
	@sed -E 's/^#define ($(LIBJPEG_LEFT_OUT))\b/#undef \1/' $(SOURCES)/libjpeg-turbo/jmorecfg.h > $@.part
	@# Nobody reads traces: neither their texts nor the calls are compiled.
	@# Nor can errors of what is not linked occur.
	@sed -i -E '/JMESSAGE\((JTRC_\w+|$(LIBJPEG_IMPOSSIBLE)),/ { /,$$/ n; s/"([^"\\]|\\.)*"/""/ }' $(@D)/jerror.h
	@cat $(LIBJPEG_CONFIG)/no_trace.h >> $(@D)/jerror.h
	@# Nor is anything turned into pixels of 16 or 32 bits.
	@sed -i -e '/^  case JCS_RGB565:/,/^    break;/d' \
		-e '/^\(gray\|rgb\|ycc\)_rgb_convert(/,/^}/{/case JCS_EXT_/,/break;/d}' $(@D)/jdcolor.c
	@# Coefficients that nobody wants are passed over by several at once.
	@sed -i -e 's/^  int lookup\[.*/&\n  unsigned short skips[1 << HUFF_LOOKAHEAD];/' \
		-e 's/^#define HUFF_LOOKAHEAD.*/&\n#include "skip_coefficients.h"/' $(@D)/jdhuff.h
	@sed -i -e '/^jpeg_make_d_derived_tbl(/,/^}/s/^  if (isDC) {/  if (!isDC) make_skips(dtbl->skips, dtbl->lookup);\n&/' \
		-e '/^decode_mcu_fast(/,/^}/{/^    } else {/,/^    }/s/^ *HUFF_DECODE_FAST(/        SKIP_SEVERAL(actbl)\n&/}' $(@D)/jdhuff.c
	@mv $@.part $@

# Only scales of 1, 1/2, 1/4 and 1/8 are asked for: the inverse transforms of
# the other sizes are never called.
$(LIBJPEG)/jddctmgr.o: LIBJPEG_CFLAGS += $(foreach size,3 5 6 7 9 10 11 12 13 14 15 16,\
	-Djpeg_idct_$(size)x$(size)=jpeg_idct_1x1)
$(addprefix $(LIBJPEG)/,jddctmgr.o jdsample.o jdcolor.o): LIBJPEG_CFLAGS += \
	$(foreach routine,$(LIBJPEG_ASSUMED),-Djsimd_can_$(routine)=libjpeg_has_neon)
$(LIBJPEG_FAST:%=$(LIBJPEG)/%.o): LIBJPEG_OPTIMISE := -O2

$(LIBJPEG)/%.o: $(LIBJPEG)/source/jmorecfg.h $(wildcard $(LIBJPEG_CONFIG)/*.h) | $(TOOLCHAIN)
	@mkdir -p $(@D)
	$(LIBJPEG_CC) $(or $(LIBJPEG_OPTIMISE),-Os $(SMALLER_CFLAGS)) $(LIBJPEG_CFLAGS) -c $(LIBJPEG)/source/$*.c -o $@

$(LIBJPEG_ASSEMBLY:%=$(LIBJPEG)/simd/x86_64/%.o): $(LIBJPEG)/simd/x86_64/%.o: $(LIBJPEG)/source/jmorecfg.h
	@mkdir -p $(@D)
	nasm -felf64 -DELF -DPIC -D__x86_64__ $(foreach folder,nasm x86_64,-I$(LIBJPEG)/source/simd/$(folder)/) \
		$(LIBJPEG)/source/simd/x86_64/$*.asm -o $@

$(LIBJPEG)/libjpeg.a: $(LIBJPEG_FILES:%=$(LIBJPEG)/%.o)
	@rm -f $@
	$(if $(TARGET),$(TARGET)-)ar rcsD $@ $^
