# Previews: any place of any recording, exact to the frame, as the review's workers make them.
# preview_job (bench/) takes the review's place.

setup_file()
{
    load helper
    page "$PAGE" "1: First Steps (Ada Byron) (0:52)"
    "$TALKPRESS" rehearse "$PAGE" -o "$BATS_FILE_TMPDIR/one" --height 180 --fps 25 --tones \
        --no-estimate >/dev/null
    new_event "$BATS_FILE_TMPDIR/done"
    mkdir "$REC"
    make_recordings "$BATS_FILE_TMPDIR"/one/*.mp4
    tp add "$REC"/*.??* >/dev/null || true
    tp add --join "$REC"/parts/a.mp4 "$REC"/parts/b.mp4 >/dev/null || true
}

# make_recordings FILE: in many containers, with key pictures seconds apart and pictures that refer
# to later ones.
make_recordings()
{
    local x264=(-c:v libx264 -preset veryfast -crf 30 -sc_threshold 0)
    ff -i "$1" "${x264[@]}" -g 125 -bf 3 -x264-params open-gop=1:keyint=125:min-keyint=125 -c:a aac \
        "$REC/long.mkv"
    ff -i "$REC/long.mkv" -c copy "$REC/long.mp4"
    ff -i "$REC/long.mkv" -c copy "$REC/long.ts"
    ff -i "$REC/long.mkv" -c copy -mpegts_m2ts_mode 1 "$REC/long.mts"
    ff -i "$1" "${x264[@]}" -g 50 -bf 2 -c:a mp3 "$REC/late.avi" # no presentation times
    ff -i "$1" -c:v mpeg4 -q:v 5 -g 100 -bf 2 -c:a mp3 "$REC/asp.avi"
    ff -i "$1" -c:v mjpeg -q:v 8 -c:a pcm_s16le -t 40 "$REC/intra.avi"
    ff -i "$1" -c:v mpeg2video -q:v 6 -g 15 -bf 2 -c:a mp2 -f vob "$REC/ps.mpg"
    ff -i "$1" -c:v mpeg2video -q:v 6 -g 12 -bf 2 -c:a pcm_s16le "$REC/long.mxf"
    mkdir "$REC/parts"
    ff -i "$1" -frames:v 625 -t 25 "${x264[@]}" -g 125 -bf 3 -c:a aac "$REC/parts/a.mp4"
    ff -i "$1" -ss 25 "${x264[@]}" -g 125 -bf 3 -c:a aac "$REC/parts/b.mp4"
}

ff()
{
    ffmpeg -nostdin -v error -y "$@"
}

setup()
{
    load helper
    load hostile
    JOB=$(dirname "$TALKPRESS")/preview_job
    copy_event
}

# shows FILE FIRST COUNT: the segment shows exactly these frames of the stand-in.
shows()
{
    same "$(seq "$2" $(($2 + $3 - 1)) | tr '\n' ' ')" "$(frame_numbers "$1" 0 "$3" | tr '\n' ' ')"
}

# made ARGS...: the path of what preview_job made.
made()
{
    "$JOB" event "$@" | cut -d' ' -f3
}

@test "each segment shows its frames, whatever the container, wherever its key pictures are" {
    for file in "$REC"/*.*; do
        for segment in 0 7 12 17; do
            shows "$(made "${file##*/}" play picture $segment)" $((segment * 50)) 50 || {
                echo "segment $segment of $file"
                return 1
            }
        done
    done
}

@test "over the border of joined files, and after it" {
    for segment in 11 12 13 20; do
        shows "$(made parts/a.mp4 play picture $segment)" $((segment * 50)) 50
    done
}

@test "all segments have one header, and its codec is what the layout says" {
    "$JOB" event long.ts play picture 0 3 9 25 >picture.txt
    "$JOB" event long.ts play sound all >sound.txt
    for track in picture sound; do
        codecs=$("$JOB" event long.ts layout | jq -r ".preview.$track.codecs")
        heads=
        while read -r _ _ file; do
            json .codecs "\"$codecs\"" cat "${file%.mp4}.json"
            size=$(jq .init_bytes "${file%.mp4}.json")
            heads+=$(head -c "$size" "$file" | sha256sum)$'\n'
            same moof "$(tail -c +$((size + 5)) "$file" | head -c 4)"
            codec=$(ffprobe -v error -show_entries stream=codec_name -of csv=p=0 "$file")
            [ "$codec" = h264 ] || [ "$codec" = aac ]
        done <$track.txt
        same 1 "$(sort -u <<<"${heads%$'\n'}" | wc -l)"
    done
}

@test "times are the recording's: pictures and tones joined are in sync" {
    for track in picture sound; do
        "$JOB" event long.ts play $track all >list.txt
        : >$track.mp4
        while read -r _ _ file; do
            skip=$([ -s $track.mp4 ] && jq .init_bytes "${file%.mp4}.json" || echo 0)
            tail -c +$((skip + 1)) "$file" >>$track.mp4
        done <list.txt
    done
    ffmpeg -nostdin -v error -i picture.mp4 -i sound.mp4 -c copy all.mp4
    same 1300 "$(nb_frames all.mp4)"
    run "$MEASURE" all.mp4 0 25
    [[ $output == *"shown 0..1299 step 1..1 off 0..0 tones 5"* ]]
    sync=${output##*sync }
    sync=${sync%%$'\n'*}
    [ "${sync%%..*}" -ge -3 ]
    [ "${sync##*..}" -le 3 ]
}

@test "the last segment ends with the recording; small ones to mail are of other lengths" {
    shows "$(made long.mkv play picture 25)" 1250 50
    shows "$(made long.mkv mail picture 1)" 600 600
    file=$(made long.mkv mail sound 0)
    same "aac,1" "$(ffprobe -v error -show_entries stream=codec_name,channels -of csv=p=0 "$file")"
    [ "$(stat -c %s "$file")" -lt 160000 ]
    expect 1 "$JOB" event long.mkv play picture 26
    says "has no segment 26"
}

@test "thumbnails: key pictures near their times; a strip shows its frames exactly" {
    file=$(made long.ts play thumbs 0)
    same "1600x180" "$(ffprobe -v error -show_entries stream=width,height -of csv=p=0:s=x "$file")"
    json '[.thumbs.count, .thumbs.columns, .thumbs.sheets, .thumbs.interval_ms]' "[11,10,1,5000]" \
        "$JOB" event long.ts layout
    file=$(made late.avi play strip 3 333 777 1299)
    same "640x90" "$(ffprobe -v error -show_entries stream=width,height -of csv=p=0:s=x "$file")"
    for i in 0 1 2 3; do
        ff -i "$file" -vf "crop=160:90:$((i * 160)):0,scale=640:360" tile.png
        frame_numbers tile.png 0
    done >numbers.txt
    same "3 333 777 1299 " "$(tr '\n' ' ' <numbers.txt)"
}

# refused SPEC BEHAVIOUR...: nothing of what a worker does in these ways is kept.
refused()
{
    local key
    key=$(jq -r .key "$1")
    for behaviour in "${@:2}"; do
        run hostile_worker "$(jq -r .stage "$1") $behaviour" worker "$1"
        [ "$status" -ne 0 ] || return
        [[ $output == *'"code":"external"'* ]] || return
        [ ! -e "event/work/${key:0:2}/$key.json" ] || return
    done
}

@test "what a worker delivers that is no segment and no sheet is not kept" {
    for what in picture sound thumbs; do
        "$JOB" event long.mp4 play spec $what 0 >$what.json
    done
    refused picture.json html zeros appended no-file soft-link
    refused sound.json html huge-numbers no-result
    refused thumbs.json html page-before-end no-members
    key=$(jq -r .key picture.json)
    "$TALKPRESS" worker picture.json >/dev/null
    [ -e "event/work/${key:0:2}/$key.json" ]
}

@test "nothing refers to previews: gc drops them" {
    file=$(made long.mp4 play picture 0)
    [ -e "$file" ]
    tp gc >/dev/null
    [ ! -e "$file" ]
}

@test "export waveform: a file for each recording that is analysed" {
    tp match 1=long.mp4 >/dev/null
    tp verify >/dev/null || true
    tp export waveform -o waves
    same "long.mp4.dat" "$(ls waves)"
    # 8 bits, 100 ms a pixel, one channel
    read -r version flags rate per_pixel length channels < <(od -An -v -td4 -w24 -N24 waves/long.mp4.dat)
    same "2 1 48000 4800 1" "$version $flags $rate $per_pixel $channels"
    [ "$length" -ge 520 ]
    same $((24 + 2 * length)) "$(stat -c %s waves/long.mp4.dat)"
    expect 2 tp export waveform
}
