/* FFmpeg as Swift sees it. Below the includes: what Swift's importer cannot read, each with its reason. */
#ifndef SLUICE_CFFMPEG_SHIM_H
#define SLUICE_CFFMPEG_SHIM_H

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include <libavcodec/avcodec.h>
#include <libavcodec/bsf.h>
#include <libavformat/avformat.h>
#include <libavutil/audio_fifo.h>
#include <libavutil/avutil.h>
#include <libavutil/channel_layout.h>
#include <libavutil/dict.h>
#include <libavutil/error.h>
#include <libavutil/log.h>
#include <libavutil/frame.h>
#include <libavutil/imgutils.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
#include <libswresample/swresample.h>
#include <libswscale/swscale.h>

/* AV_NOPTS_VALUE is a cast of a macro call. */
static const int64_t sluice_no_timestamp = AV_NOPTS_VALUE;

/* Error codes are built by the macros AVERROR and FFERRTAG. */
static const int32_t sluice_error_eof = AVERROR_EOF;
static const int32_t sluice_error_again = AVERROR(EAGAIN);
static const int32_t sluice_error_exit = AVERROR_EXIT;
static const int32_t sluice_error_invalid_data = AVERROR_INVALIDDATA;
static const int32_t sluice_error_no_memory = AVERROR(ENOMEM);
static const int32_t sluice_error_not_permitted = AVERROR(EPERM);
static const int32_t sluice_error_invalid_argument = AVERROR(EINVAL);

/* AVERROR(e) takes an argument. */
static inline int sluice_error(int code) { return AVERROR(code); }

/* A va_list cannot be walked in Swift. Writes at most `size` bytes with the terminating zero: vsnprintf bounds it whatever the
 * arguments hold. */
static inline void sluice_format_log(char *line, size_t size, const char *format, va_list arguments) {
    if (vsnprintf(line, size, format, arguments) < 0) line[0] = 0;
}

/* The context of a log line is a pointer to a struct whose first member is an AVClass pointer. */
static inline const char *sluice_log_source(void *context) {
    const AVClass *class = context ? *(const AVClass **)context : NULL;
    return class ? class->item_name(context) : NULL;
}

/* Refuses every file and host that a demuxer asks for. In C because nothing of it needs Swift, and a demuxer may call it on any path. */
static inline int sluice_refuse_open(AVFormatContext *s, AVIOContext **pb, const char *url, int flags, AVDictionary **options) {
    (void)s; (void)pb; (void)url; (void)flags; (void)options;
    return AVERROR(EPERM);
}

static inline void sluice_refuse_other_files(AVFormatContext *context) { context->io_open = sluice_refuse_open; }

#endif
