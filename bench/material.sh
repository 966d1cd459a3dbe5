# shellcheck shell=bash disable=SC2154 # lib.sh, sourced before, sets fps
# Material that looks and sounds like a talk, the same on every run. Sourced by others.

# slides SECONDS SEED: slides that change every 8 to 20 s, as a subtitle file: a title, bullets, code,
# a bar chart, a footnote in small type. A generator of its own, as every awk has another rand().
slides() {
    awk -v seconds="$1" -v seed="$2" '
    function below(n) { state = (state * 16807) % 2147483647; return state % n }
    function words(n,   i, text) {
        for (i = 0; i < n; i++) text = text (i ? " " : "") word[below(nb) + 1]
        return text
    }
    function stamp(s) { return sprintf("%d:%02d:%05.2f", s / 3600, (s / 60) % 60, s % 60) }
    function line(style, x, y, text) {
        printf "Dialogue: 0,%s,%s,%s,,0,0,0,,{\\pos(%d,%d)}%s\n", stamp(at), stamp(end), style, x, y, text
    }
    BEGIN {
        nb = split("guest domain memory page table scheduler credit latency driver network packet ring " \
            "event channel grant copy share migration state image block device queue lock trace timer " \
            "interrupt virtual machine host kernel cache balloon snapshot restore bandwidth measure", word, " ")
        state = 1 + seed * 7919
        for (i = 0; i < 10; i++) below(2)
        print "[Script Info]\nPlayResX: 1280\nPlayResY: 720\n\n[V4+ Styles]"
        print "Format: Name, Fontname, Fontsize, PrimaryColour, Bold, BorderStyle, Outline, Shadow, Alignment"
        print "Style: title,Noto Sans,52,&H00502810,1,1,0,0,7"
        print "Style: text,Noto Sans,32,&H00202020,0,1,0,0,7"
        print "Style: code,Noto Sans Mono,20,&H00206020,0,1,0,0,7"
        print "Style: small,Noto Sans,15,&H00606060,0,1,0,0,7"
        print "Style: bar,Noto Sans,20,&H00B07030,0,1,0,0,7"
        print "\n[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text"
        for (at = 0; at < seconds; at = end) {
            end = at + 8 + below(13)
            line("title", 60, 40, words(4))
            for (i = 0; i < 4 + below(3); i++) line("text", 80, 140 + 54 * i, "• " words(5 + below(3)))
            for (i = 0; i < 7; i++)
                line("code", 80, 480 + 26 * i, words(1) "_" words(1) "(" words(1) ", 0x" below(65536) ");")
            for (i = 0; i < 5; i++) {
                high = 30 + below(150)
                line("bar", 600 + 56 * i, 660 - high, sprintf("{\\p1}m 0 0 l 40 0 40 %d 0 %d{\\p0}", high, high))
            }
            line("small", 80, 690, "[" below(40) "] " words(14))
        }
    }'
}

# camera WIDTH HEIGHT SEED: a lavfi source, moving, coloured, and noisy as a camera in a dim room is.
camera() {
    printf 'mandelbrot=s=320x180:r=%d:start_scale=%s:end_scale=0.002:end_pts=%d:maxiter=200' \
        "$fps" "$(awk -v s="$3" 'BEGIN { print 0.3 + s % 7 / 20 }')" $((fps * 900))
    printf ',format=yuv420p,hue=s=0.4:b=-0.5,gblur=sigma=1.5,scale=%d:%d,noise=alls=4:allf=t:all_seed=%d' \
        "$1" "$2" "$3"
}

# picture KIND SECONDS SEED SLIDES: the lavfi graph of slides alone, a camera alone, or both.
picture() {
    local slides="color=0xf6f6f0:s=1280x720:r=$fps,format=yuv420p,ass=$4"
    case $1 in
    slides) printf '%s,trim=duration=%s' "$slides" "$2" ;;
    camera) printf '%s,trim=duration=%s' "$(camera 1280 720 "$3")" "$2" ;;
    mixed)
        printf '%s[s];%s[c];[s][c]overlay=x=W-w-24:y=H-h-24,trim=duration=%s' \
            "$slides" "$(camera 320 180 "$3")" "$2"
        ;;
    esac
}

# speech SEED FILE.wav: two minutes or so of somebody reading, with pauses.
speech() {
    slides 400 "$1" | sed -n 's/^.*,\(title\|text\|small\),.*}//p' |
        espeak-ng -v en -s $((140 + $1 % 5 * 8)) -p $((30 + $1 % 4 * 10)) -w "$2" --stdin
}

# sound SECONDS SEED SPEECH.wav: the arguments that read it, quieter than it should be, in a room.
sound_graph() {
    printf '[1:a]aresample=48000,volume=-9dB[v];anoisesrc=r=48000:a=0.0012:seed=%d[n];' "$2"
    printf '[v][n]amix=inputs=2:normalize=0,aformat=channel_layouts=stereo,atrim=duration=%s[a]' "$1"
}
