# Files that a stranger may hand in to reach what is not his, or to exhaust the machine; made with
# what the tests have anyway. perl edits bytes: it is part of every Debian.

# canary FILE: a small recording that plays.
canary()
{
    ffmpeg -v error -y -f lavfi -i testsrc=s=160x90:r=5:d=4 -f lavfi -i sine=d=4 -c:v libx264 \
        -preset ultrafast -c:a aac "$1"
}

# edit IN OUT CODE...: perl code that changes $_, the content of IN. insert(PATH, BYTES) puts bytes at
# the end of the first atom of an MP4 file that the path names, and makes all around it larger.
edit()
{
    perl -e '
        my ($in, $out, @code) = @ARGV;
        sub slurp { local $/; open my $f, "<:raw", $in or die $!; <$f> }
        $_ = slurp();
        sub insert {
            my ($path, $bytes) = @_;
            my @sizes;
            my $at = 0;
            for my $name (split m{/}, $path) {
                $at = index($_, $name, $at) - 4;
                die "no $name" if $at < 0;
                push @sizes, $at;
                $at += 4;
            }
            my $end = $sizes[-1] + unpack("N", substr($_, $sizes[-1], 4));
            substr($_, $end, 0) = $bytes;
            for my $s (@sizes) {
                substr($_, $s, 4) = pack("N", unpack("N", substr($_, $s, 4)) + length $bytes);
            }
        }
        sub atom { my ($name, $bytes) = @_; pack("N", 8 + length $bytes) . $name . $bytes }
        for my $code (@code) { eval $code; die $@ if $@ }
        open my $f, ">:raw", $out or die $!;
        print $f $_;' "$@"
}

# tricks DIR CANARY: files that name the canary, or an address, and mean to have it opened.
tricks()
{
    local dir=$1 canary=$2
    printf '#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\nfile://%s\n#EXTINF:4,\nhttp://127.0.0.1:9/a.ts\n#EXT-X-ENDLIST\n' \
        "$canary" >"$dir/hls.mp4"
    cp "$dir/hls.mp4" "$dir/hls.ts"
    printf '#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI="file://%s"\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\nconcat:%s|subfile,,start,0,end,64,,:%s\n#EXT-X-ENDLIST\n' \
        "$canary" "$canary" "$canary" >"$dir/hls-key.mkv"
    printf '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT4S" profiles="urn:mpeg:dash:profile:isoff-on-demand:2011"><Period><AdaptationSet mimeType="video/mp4"><Representation id="0" bandwidth="9000"><BaseURL>%s</BaseURL></Representation></AdaptationSet><AdaptationSet mimeType="audio/mp4"><Representation id="1" bandwidth="9"><BaseURL>http://127.0.0.1:9/a.mp4</BaseURL></Representation></AdaptationSet></Period></MPD>\n' \
        "$canary" >"$dir/dash.mp4"
    printf "ffconcat version 1.0\nfile vobsub.sub\nfile '%s'\n" "$canary" >"$dir/concat.mp4"
    printf 'v=0\no=- 0 0 IN IP4 127.0.0.1\ns=a\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 9 RTP/AVP 96\na=rtpmap:96 H264/90000\n' \
        >"$dir/sdp.mp4"
    printf '<?xml version="1.0"?><playlist version="1" xmlns="http://xspf.org/ns/0/"><trackList><track><location>file://%s</location></track></trackList></playlist>\n' \
        "$canary" >"$dir/xspf.mp4"
    printf '[playlist]\nFile1=%s\nNumberOfEntries=1\n' "$canary" >"$dir/pls.mp4"
    printf '# VobSub index file, v7 (do not modify this line!)\nsize: 720x576\nid: en, index: 0\ntimestamp: 00:00:00:000, filepos: 000000000\n' \
        >"$dir/vobsub.mp4"
    cp "$canary" "$dir/vobsub.sub"
    printf 'rtsp://127.0.0.1:9/a\n' >"$dir/rtsp.rm"
    # A QuickTime file whose samples lie in another file: the sound as an address, by the absolute
    # and the relative path of an alias.
    edit "$canary" "$dir/reference.mov" '
        my $where = "'"$canary"'";
        my $alias = ("\0" x 150) . pack("nn", 2, length $where) . $where;
        $alias .= "\0" if length($where) % 2;
        $alias .= pack("nn", 18, 1) . "/\0" . pack("nn", 0xffff, 0);
        my $at = index($_, "url ") - 4;
        substr($_, $at + 4, 4) = "alis";
        substr($_, $at + 8, 4) = pack("N", 0);
        insert("moov/trak/mdia/minf/dinf/dref/alis", $alias);'
    gab2 "$dir/gab2.avi" "$dir/hls.mp4"
}

# gab2 FILE TEXT: an AVI file with a subtitle stream that holds TEXT for another demuxer.
gab2()
{
    edit "$2" "$1" '
        sub riff { my ($name, $bytes) = @_; $name . pack("V", length $bytes) . $bytes . (length($bytes) % 2 ? "\0" : "") }
        my $sub = "GAB2\0" . pack("vVvV", 2, 0, 4, length $_) . $_;
        my $avih = pack("V14", 200000, 0, 0, 16, 20, 0, 1, 0, 160, 90, 0, 0, 0, 0);
        my $strh = "txts" . pack("V13", 0, 0, 0, 0, 1, 5, 0, 20, 0, 0, 0, 0, 0);
        my $hdrl = riff("LIST", "hdrl" . riff("avih", $avih) .
            riff("LIST", "strl" . riff("strh", $strh) . riff("strf", "")));
        $_ = riff("RIFF", "AVI " . $hdrl . riff("LIST", "movi" . riff("00tx", $sub)));'
}

# bombs DIR CANARY: small files that ask for much memory, time or both.
bombs()
{
    local dir=$1 canary=$2
    ffmpeg -v error -y -f lavfi -i color=s=8192x8192:r=1 -frames:v 1 -c:v libx264 \
        -preset ultrafast "$dir/pixels-h264.mp4"
    # Pictures of 30000x30000 and 65500x65500, in name: decoders set memory aside before they read on.
    ffmpeg -v error -y -f lavfi -i testsrc=s=64x64:r=5:d=1 -c:v png "$dir/small.mov"
    edit "$dir/small.mov" "$dir/pixels-png.mov" 's/IHDR.{8}/"IHDR" . pack("NN", 30000, 30000)/gse'
    ffmpeg -v error -y -f lavfi -i testsrc=s=64x64:r=5:d=1 -c:v mjpeg "$dir/small.mov"
    edit "$dir/small.mov" "$dir/pixels-jpeg.mov" \
        's/\xff\xc0\x00\x11\x08.{4}/"\xff\xc0\x00\x11\x08" . pack("nn", 65500, 65500)/gse'
    rm "$dir/small.mov"
    # Three thousand copies of a track.
    edit "$canary" "$dir/streams.mp4" '
        my $at = index($_, "trak") - 4;
        my $trak = substr($_, $at, unpack("N", substr($_, $at, 4)));
        insert("moov", $trak x 3000);'
    # A tick is a second, and a picture lasts a hundred hours.
    edit "$canary" "$dir/duration.mp4" '
        s/edts/free/g;
        s/(mdhd.{12}).{4}/$1 . pack("N", 1)/gse;
        s/(stts.{8}.{4}).{4}/$1 . pack("N", 360000)/gse;'
    # Tables of four thousand million entries.
    edit "$canary" "$dir/tables.mp4" '
        s/(st(?:sz.{8}|co.{4}|sc.{4}|ts.{4}|ss.{4})).{4}/$1 . pack("N", 0xfffffff0)/gse;'
    # Four thousand million samples a second, in 65535 channels.
    ffmpeg -v error -y -f lavfi -i sine=d=1 -c:a pcm_s16le "$dir/rate.wav"
    edit "$dir/rate.wav" "$dir/rate.wav" 's/(fmt .{6}).{6}/$1 . pack("vV", 65535, 0xffffffff)/se'
    # A header that unfolds into four hundred million bytes.
    {
        printf '\x78\xda'
        head -c 400000000 /dev/zero | gzip -1 | tail -c +11
    } >"$dir/zeros"
    edit "$dir/zeros" "$dir/header.mov" '
        $_ = atom("ftyp", "qt  \0\0\0\0qt  ") . atom("moov", atom("cmov",
            atom("dcom", "zlib") . atom("cmvd", pack("N", 400000000) . $_)));'
    rm "$dir/zeros"
    # A codec of an emulator, which no camera writes.
    ffmpeg -v error -y -i "$canary" -an -c:v zmbv "$dir/game.avi"
}

# hostile_worker RULE COMMAND...: talkpress with workers that were taken over: see
# tests/hostile/hostile.h for RULE ("probe garbage 02-") and for how to add a behaviour.
hostile_worker()
{
    local dir=$BATS_TEST_TMPDIR/hostile
    if [ ! -e "$dir" ]; then
        mkdir "$dir"
        cp "$TALKPRESS" "$dir/talkpress"
        ln -s "$(dirname "$TALKPRESS")/../tests/hostile/talkpress-media" "$dir/talkpress-media"
    fi
    TALKPRESS_DATA=$(dirname "$TALKPRESS")/../share/talkpress HOSTILE=$1 "$dir/talkpress" "${@:2}"
}
