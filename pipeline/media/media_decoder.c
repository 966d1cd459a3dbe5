#include <libavutil/avstring.h>

#include "av.h"
#include "media_piece.h"
#include "mem.h"

/* Decoders of what cameras, phones, recorders, dictation machines and lecture software write or
 * wrote. Those for games, fonts and text terminals, which are unmaintained or interpret the file's
 * bytes as a program, are not here. */
const char media_decoder_list[] =
    "h264,hevc,libdav1d,libaom-av1,av1,vp8,vp9,libvpx,libvpx-vp9,vp3,vp6,vp6f,vp6a,theora,"
    "mpeg1video,mpeg2video,mpegvideo,mpeg4,msmpeg4v1,msmpeg4v2,msmpeg4,h261,h263,h263i,h263p,flv,"
    "wmv1,wmv2,wmv3,vc1,rv10,rv20,rv30,rv40,svq1,svq3,cinepak,mjpeg,mjpegb,prores,dnxhd,dvvideo,"
    "jpeg2000,cfhd,ffv1,huffyuv,ffvhuff,utvideo,magicyuv,hap,qtrle,png,rawvideo,v210,v308,v408,"
    "v410,yuv4,r210,dirac,fraps,flashsv,flashsv2,camtasia,tscc2,mss2,wmv3image,vc1image,"
    "aac,aac_fixed,aac_latm,ac3,ac3_fixed,eac3,dca,truehd,mp1,mp1float,mp2,mp2float,mp3,mp3float,"
    "vorbis,libvorbis,opus,libopus,speex,libspeex,flac,alac,ape,wavpack,tta,wmav1,wmav2,wmapro,"
    "wmalossless,wmavoice,amrnb,amrwb,cook,sipr,real_144,real_288,"
    "qdm2,qdmc,nellymoser,gsm,gsm_ms,libgsm,libgsm_ms,g722,g726,g726le,g723_1,g729,ilbc,libilbc,"
    "mace3,mace6,dvaudio,s302m,metasound,twinvq,als,truespeech,imc,qcelp,evrc,dss_sp,msnsiren,"
    "siren,"
    "atrac1,atrac3,atrac3al,atrac3plus,atrac3plusal,ralf,mlp,tak,shorten,dolby_e,"
    "dsd_lsbf,dsd_lsbf_planar,dsd_msbf,dsd_msbf_planar,"
    "pcm_alaw,pcm_mulaw,pcm_bluray,pcm_dvd,pcm_f32be,pcm_f32le,pcm_f64be,pcm_f64le,pcm_lxf,"
    "pcm_s16be,pcm_s16be_planar,pcm_s16le,pcm_s16le_planar,pcm_s24be,pcm_s24daud,pcm_s24le,"
    "pcm_s24le_planar,pcm_s32be,pcm_s32le,pcm_s32le_planar,pcm_s64be,pcm_s64le,pcm_s8,"
    "pcm_s8_planar,pcm_u16be,pcm_u16le,pcm_u24be,pcm_u24le,pcm_u32be,pcm_u32le,pcm_u8,"
    "adpcm_ima_qt,adpcm_ima_wav,adpcm_ms,adpcm_swf,adpcm_yamaha,adpcm_ima_amv,adpcm_ima_dk3,"
    "adpcm_ima_dk4,adpcm_ima_oki,adpcm_ct,adpcm_sbpro_2,adpcm_sbpro_3,adpcm_sbpro_4,"
    "subrip,srt,ass,ssa,webvtt,mov_text,text";

const char *media_undecodable(const AVCodecParameters *par)
{
    const AVCodec *codec = avcodec_find_decoder(par->codec_id);
    if (!codec)
        return "this FFmpeg cannot decode";
    return av_match_list(codec->name, media_decoder_list, ',') > 0
               ? NULL
               : "is not on talkpress's list of decoders";
}

int media_decoder(AVCodecContext **out, struct media *m, int stream, AVDictionary **options,
                  struct err *err)
{
    const AVStream *st = media_piece_stream(&m->pieces[m->at], stream);
    const char *path = m->pieces[m->at].path;
    if (!st) /* a stream that this file lacks, but that the first one has */
        st = m->pieces[0].fmt->streams[stream];
    const AVCodec *codec = avcodec_find_decoder(st->codecpar->codec_id);
    const bool named = st->codecpar->codec_id != AV_CODEC_ID_NONE;
    const char *why = media_undecodable(st->codecpar);
    if (why)
        return err_set(
            err, ERR_INVALID,
            "'%s': stream %d is '%s', which %s: convert it to H.264 and AAC, for instance, and add "
            "that",
            path, stream,
            named ? avcodec_get_name(st->codecpar->codec_id)
                  : av_fourcc2str(st->codecpar->codec_tag),
            why);
    const int64_t width = st->codecpar->width, height = st->codecpar->height;
    if (width * height > MEDIA_MAX_PIXELS)
        return err_set(err, ERR_INVALID,
                       "'%s': stream %d has pictures of %lldx%lld, more than talkpress decodes "
                       "(8192x4608); convert it to a smaller size",
                       path, stream, (long long)width, (long long)height);
    AUTO_CODEC *dec = avcodec_alloc_context3(codec);
    if (!dec)
        return av_fail_nomem(err);
    int ret = avcodec_parameters_to_context(dec, st->codecpar);
    dec->pkt_timebase = m->pieces[0].fmt->streams[stream]->time_base;
    dec->thread_count = 1;
    dec->max_pixels = MEDIA_MAX_PIXELS;
    if (ret >= 0)
        ret = avcodec_open2(dec, codec, options);
    if (ret < 0)
        return av_fail(
            err, ret,
            "'%s': stream %d (%s) cannot be decoded: copy the file from the camera again, or "
            "convert it",
            path, stream, codec->name);
    *out = mem_take(&dec);
    return 0;
}
