#!/bin/sh
# Makes the clips and records the golden files of the audio formats: see README.md. Needs ffmpeg with libmp3lame and libopus, GStreamer's
# base, good and ugly plugins, python3.
set -e
cd "$(dirname "$0")"
F="ffmpeg -hide_banner -loglevel error"
C="python3 capture.py"
# make RATE LAYOUT SECONDS FILE ENCODER...
make() {
  source="sine=frequency=440:sample_rate=$1,aformat=channel_layouts=$2" seconds=$3 clip=$4
  shift 4
  $F -y -f lavfi -i "$source" -t "$seconds" -c:a "$@" "$clip"
}
gst() {
  name=$1 mtu=$2 clip=$3 parse=$4 pay=$5
  $C "$name" "$mtu" "$clip" -- gst-launch-1.0 -v filesrc location="$clip" ! $parse ! "$pay" name=pay mtu="$mtu" ! udpsink host=127.0.0.1 port=PORT sync=false
}
ffmpeg_rtp() {
  name=$1 mtu=$2 clip=$3
  shift 3
  $C "$name" "$mtu" "$clip" -- $F -i "$clip" -c copy "$@" -f rtp "rtp://127.0.0.1:PORT?pkt_size=$mtu"
}
make 44100 stereo 0.1 clip.mp3 libmp3lame -b:a 96k
make 22050 mono 0.15 clip.mp2 mp2 -b:a 64k
make 48000 stereo 0.1 clip.ac3 ac3 -b:a 96k
make 44100 stereo 0.05 clip.wav pcm_s16le
make 48000 mono 0.03 clip24.wav pcm_s24le
make 8000 mono 0.1 clip8.wav pcm_u8
make 8000 mono 0.1 clipu.wav pcm_mulaw
make 8000 mono 0.1 clipa.wav pcm_alaw
make 48000 stereo 0.1 clip.opus libopus -b:a 48k
make 44100 quad 0.08 clip.aac aac -b:a 128k
ffmpeg_rtp mpa-ffmpeg-single 400 clip.mp3
ffmpeg_rtp mpa-ffmpeg-fragments 150 clip.mp3
gst mpa-gst-fragments 150 clip.mp2 mpegaudioparse rtpmpapay
gst ac3-gst-single 500 clip.ac3 ac3parse rtpac3pay
gst ac3-gst-fragments 150 clip.ac3 ac3parse rtpac3pay
ffmpeg_rtp l16-ffmpeg 300 clip.wav -c:a pcm_s16be
gst l24-gst 300 clip24.wav "wavparse ! audioconvert" rtpL24pay
gst l8-gst 150 clip8.wav wavparse rtpL8pay
ffmpeg_rtp pcmu-ffmpeg 150 clipu.wav
gst pcma-gst 150 clipa.wav wavparse rtppcmapay
ffmpeg_rtp opus-ffmpeg 300 clip.opus
gst opus-gst 300 clip.opus "oggdemux ! opusparse" rtpopuspay
# FFmpeg sends no ADTS: it takes the same units from an MP4, to whose configuration it has copied the program config element.
$F -y -i clip.aac -c copy clip.m4a
$C adts-ffmpeg 600 clip.aac -- $F -i clip.m4a -c copy -f rtp "rtp://127.0.0.1:PORT?pkt_size=600"
# The units are LATM's, the packets those of the same frames in an MP4.
make 44100 stereo 0.6 clip.m4a aac -b:a 64k
$F -y -i clip.m4a -c copy -f latm clip.loas
$C latm-ffmpeg 160 clip.loas -- $F -i clip.m4a -c copy -f rtp "rtp://127.0.0.1:PORT?pkt_size=160"
$C latm-ffmpeg-native 160 clip.loas -- $F -i clip.m4a -c copy -f rtp -rtpflags latm "rtp://127.0.0.1:PORT?pkt_size=160"
rm clip.* clip24.wav clip8.wav clipu.wav clipa.wav
