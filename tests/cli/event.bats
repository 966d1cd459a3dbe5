# What the settings say of the event itself, where its programme does not.

setup()
{
    load helper
    cd "$BATS_TEST_TMPDIR"
    PAGE=$BATS_TEST_TMPDIR/none
    new_event
    cat >programme.csv <<END
title,speakers,date,start,duration,room
First Steps,Ada Byron,2021-05-04,09:00,0:30,Main Hall
Second Thoughts,Grace Murray,2021-05-04,10:00,0:30,Main Hall
Farewell,Edsger Knuth,2021-05-05,09:00,0:30,Main Hall
END
    tp import programme.csv >/dev/null
}

@test "name, place, days and zone of the settings complete the programme" {
    json '[.event.name, .talks[0].start]' '[null,"2021-05-04T09:00:00"]' tp list --json
    settings 'renditions: [cheap]' 'event:' '  name: Tiny Conference' '  place: Ghent' \
        '  dates: 2021-05-03 to 2021-05-06' '  zone: Europe/Brussels'
    json '[.event[], .talks[0].start]' \
        '["Tiny Conference","Ghent","2021-05-03","2021-05-06","2021-05-04T09:00:00+02:00"]' \
        tp list --json
    expect 0 tp list
    says "Tiny Conference, Ghent, 2021-05-03 to 2021-05-06"
    expect 0 tp publish
    same '["Tiny Conference","Ghent"]' "$(jq -c '[.event.name, .event.place]' event/out/talks.json)"
    # The programme itself stays as it was read.
    expect 0 tp import programme.csv
    says "nothing changes"
}

@test "timezone alone" {
    settings 'renditions: [cheap]' 'timezone: America/New_York'
    json '.talks[0].start' '"2021-05-04T09:00:00-04:00"' tp list --json
}

@test "what is wrong in event: is said" {
    settings 'renditions: [cheap]' 'timezone: Mars/Olympus'
    expect 1 tp list
    says "'Mars/Olympus' is not a time zone: write one like 'Europe/Berlin'"
    settings 'renditions: [cheap]' 'event: {dates: May}'
    expect 1 tp list
    says "'dates' should be a day or two: 2010-04-28 to 2010-04-29"
    settings 'renditions: [cheap]' 'event: {dates: 2021-05-04 to 2021-05-03}'
    expect 1 tp list
    settings 'renditions: [cheap]' 'event: {nam: x}'
    expect 1 tp list
    says "unknown setting 'nam'"
    settings 'renditions: [cheap]' 'event: Tiny'
    expect 1 tp list
    says "'event' should be followed by indented lines of 'name: value'"
}

# The topmost line that is not of the background's colour, of 360.
first_line()
{
    ffmpeg -v error -i "$1" -vf "format=gray,scale=1:360:flags=area" -f rawvideo - | od -An -v -tu1 -w1 |
        awk 'NR == 1 { back = $1 } $1 > back + 1 && !at { at = NR } END { print at }'
}

@test "the card of an event without a name begins where others begin" {
    sed -i 's/room$/room,track/; s/Main Hall$/Main Hall,Morning/' programme.csv
    tp import programme.csv >/dev/null
    expect 0 tp card 1 -o without.png --size 640x360
    settings 'renditions: [cheap]' 'event: {name: Mocing}'
    expect 0 tp card 1 -o with.png --size 640x360
    with=$(first_line with.png) without=$(first_line without.png)
    echo "first line $with with a name, $without without"
    [ "$without" -ge $((with - 2)) ]
}
