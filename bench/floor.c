/*
 * The floor: what an encoder alone costs. Encodes raw yuv420p pictures, which lie in memory before
 * the clock starts, in one piece on one thread, and prints one line of JSON: the processor time of
 * the whole process meanwhile (SVT-AV1 has threads of its own), packets and bytes. The pictures are
 * handed over without a copy; the packets are kept in memory and written to a file after the clock
 * stops.
 *
 *   floor RAW WIDTHxHEIGHT FPS KEY_FRAME_FRAMES OUT ENCODER [OPTION=VALUE...]
 *
 * It shares no code with talkpress, so that it can be held against it.
 */
#include <fcntl.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static _Noreturn void die(const char *what, int code)
{
    char text[AV_ERROR_MAX_STRING_SIZE] = "";
    if (code < 0)
        av_strerror(code, text, sizeof text);
    fprintf(stderr, "floor: %s%s%s\n", what, *text ? ": " : "", text);
    exit(1);
}

static double cpu_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

struct raw {
    uint8_t *data;
    size_t frame_bytes, nb_frames;
};

/* Maps the file with all of its pages there, so that no page is fetched while the clock runs. */
static struct raw map_raw(const char *path, int width, int height)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    if (fd < 0 || fstat(fd, &st) < 0)
        die(path, AVERROR(errno));
    struct raw raw = {.frame_bytes = (size_t)width * (size_t)height * 3 / 2};
    raw.nb_frames = (size_t)st.st_size / raw.frame_bytes;
    if (raw.nb_frames == 0)
        die("there is no whole picture in the raw file", 0);
    raw.data = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED | MAP_POPULATE, fd, 0);
    if (raw.data == MAP_FAILED)
        die(path, AVERROR(errno));
    close(fd);
    return raw;
}

static AVCodecContext *open_encoder(int width, int height, int fps, int gop, const char *name,
                                    char **options)
{
    const AVCodec *codec = avcodec_find_encoder_by_name(name);
    AVCodecContext *enc = codec ? avcodec_alloc_context3(codec) : NULL;
    if (!enc)
        die("this FFmpeg has no such encoder", 0);
    enc->width = width;
    enc->height = height;
    enc->pix_fmt = AV_PIX_FMT_YUV420P;
    enc->time_base = (AVRational){1, fps};
    enc->framerate = (AVRational){fps, 1};
    enc->color_range = AVCOL_RANGE_MPEG;
    enc->colorspace = AVCOL_SPC_BT709;
    enc->color_primaries = AVCOL_PRI_BT709;
    enc->color_trc = AVCOL_TRC_BT709;
    enc->gop_size = gop;
    enc->thread_count = 1;
    enc->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    AVDictionary *dict = NULL;
    for (; *options; options++) {
        char *value = strchr(*options, '=');
        if (!value)
            die("options are written NAME=VALUE", 0);
        *value++ = '\0';
        av_dict_set(&dict, *options, value, 0);
    }
    const int ret = avcodec_open2(enc, codec, &dict);
    if (ret < 0)
        die(name, ret);
    if (av_dict_count(dict) > 0)
        die("the encoder does not know one of the options", 0);
    av_dict_free(&dict);
    return enc;
}

struct packets {
    AVPacket **list;
    size_t nb, room;
    int64_t bytes;
};

/* One picture in, NULL at the end; all packets that are ready out. */
static void encode(struct packets *out, AVCodecContext *enc, const AVFrame *frame)
{
    int ret = avcodec_send_frame(enc, frame);
    if (ret < 0)
        die("encode", ret);
    for (;;) {
        AVPacket *packet = av_packet_alloc();
        ret = avcodec_receive_packet(enc, packet);
        if (ret < 0) {
            av_packet_free(&packet);
            if (ret == AVERROR(EAGAIN) || ret == AVERROR_EOF)
                return;
            die("encode", ret);
        }
        if (out->nb == out->room) {
            out->room = out->room ? out->room * 2 : 1024;
            out->list = realloc(out->list, out->room * sizeof *out->list);
            if (!out->list)
                die("no memory", 0);
        }
        out->bytes += packet->size;
        out->list[out->nb++] = packet;
    }
}

static void keep_data(void *opaque, uint8_t *data)
{
    (void)opaque;
    (void)data; /* it belongs to the mapping */
}

static void encode_all(struct packets *out, AVCodecContext *enc, const struct raw *raw)
{
    const size_t luma = (size_t)enc->width * (size_t)enc->height;
    AVFrame *frame = av_frame_alloc();
    for (size_t i = 0; i < raw->nb_frames; i++) {
        uint8_t *data = raw->data + i * raw->frame_bytes;
        frame->buf[0] =
            av_buffer_create(data, raw->frame_bytes, keep_data, NULL, AV_BUFFER_FLAG_READONLY);
        frame->width = enc->width;
        frame->height = enc->height;
        frame->format = enc->pix_fmt;
        frame->color_range = enc->color_range;
        frame->colorspace = enc->colorspace;
        frame->data[0] = data;
        frame->data[1] = data + luma;
        frame->data[2] = data + luma * 5 / 4;
        frame->linesize[0] = enc->width;
        frame->linesize[1] = frame->linesize[2] = enc->width / 2;
        frame->pts = (int64_t)i;
        encode(out, enc, frame);
        av_frame_unref(frame);
    }
    encode(out, enc, NULL);
    av_frame_free(&frame);
}

static void write_file(const char *path, const AVCodecContext *enc, const struct packets *packets)
{
    AVFormatContext *file = NULL;
    int ret = avformat_alloc_output_context2(&file, NULL, NULL, path);
    AVStream *stream = ret < 0 ? NULL : avformat_new_stream(file, NULL);
    if (!stream)
        die(path, ret);
    stream->time_base = enc->time_base;
    stream->avg_frame_rate = enc->framerate;
    avcodec_parameters_from_context(stream->codecpar, enc);
    if ((ret = avio_open(&file->pb, path, AVIO_FLAG_WRITE)) < 0 ||
        (ret = avformat_write_header(file, NULL)) < 0)
        die(path, ret);
    for (size_t i = 0; i < packets->nb; i++) {
        AVPacket *packet = packets->list[i];
        packet->duration = 1;
        av_packet_rescale_ts(packet, enc->time_base, stream->time_base);
        if ((ret = av_write_frame(file, packet)) < 0)
            die(path, ret);
    }
    if ((ret = av_write_trailer(file)) < 0 || (ret = avio_closep(&file->pb)) < 0)
        die(path, ret);
    avformat_free_context(file);
}

static void finish(AVCodecContext *enc, struct packets *packets, const struct raw *raw)
{
    avcodec_free_context(&enc);
    for (size_t i = 0; i < packets->nb; i++)
        av_packet_free(&packets->list[i]);
    free(packets->list);
    munmap(raw->data, raw->nb_frames * raw->frame_bytes);
}

int main(int argc, char **argv)
{
    int width = 0, height = 0;
    if (argc < 7 || sscanf(argv[2], "%dx%d", &width, &height) != 2 || width < 2 || height < 2 ||
        width % 2 || height % 2 || atoi(argv[3]) < 1 || atoi(argv[4]) < 1)
        die("usage: floor RAW WIDTHxHEIGHT FPS KEY_FRAME_FRAMES OUT ENCODER [OPTION=VALUE...]", 0);
    av_log_set_level(AV_LOG_ERROR);
    setenv("SVT_LOG", "1", 1); /* SVT-AV1: errors only */
    const struct raw raw = map_raw(argv[1], width, height);

    struct packets packets = {0};
    const double begin = cpu_seconds();
    AVCodecContext *enc =
        open_encoder(width, height, atoi(argv[3]), atoi(argv[4]), argv[6], argv + 7);
    encode_all(&packets, enc, &raw);
    const double spent = cpu_seconds() - begin;

    if (packets.nb != raw.nb_frames)
        die("the encoder lost pictures", 0);
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    /* The mapped pictures count as resident; they are no part of the encoder. */
    const long kb = usage.ru_maxrss - (long)(raw.nb_frames * raw.frame_bytes / 1024);
    write_file(argv[5], enc, &packets);
    printf("{\"cpu_s\": %.3f, \"frames\": %zu, \"bytes\": %lld, \"rss_kb\": %ld}\n", spent,
           packets.nb, (long long)packets.bytes, kb > 0 ? kb : 0);
    finish(enc, &packets, &raw);
    return 0;
}
