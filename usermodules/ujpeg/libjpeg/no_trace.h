
// Appended to libjpeg's jerror.h, which is included more than once.

#undef TRACEMS
#undef TRACEMS1
#undef TRACEMS2
#undef TRACEMS3
#undef TRACEMS4
#undef TRACEMS5
#undef TRACEMS8
#undef TRACEMSS
#define TRACEMS(cinfo, level, code)
#define TRACEMS1(cinfo, level, code, p1)
#define TRACEMS2(cinfo, level, code, p1, p2)
#define TRACEMS3(cinfo, level, code, p1, p2, p3)
#define TRACEMS4(cinfo, level, code, p1, p2, p3, p4)
#define TRACEMS5(cinfo, level, code, p1, p2, p3, p4, p5)
#define TRACEMS8(cinfo, level, code, p1, p2, p3, p4, p5, p6, p7, p8)
#define TRACEMSS(cinfo, level, code, text)
