#!/bin/sh
# Makes the clips and records the golden files of Vorbis, Theora and Speex: see README.md. Needs ffmpeg with libvorbis, libtheora and
# libspeex, GStreamer's base and good plugins, python3.
set -e
cd "$(dirname "$0")"
F="ffmpeg -hide_banner -loglevel error"
C="python3 capture.py"
gst() {
  name=$1 mtu=$2 clip=$3 pay=$4
  $C "$name" "$mtu" "$clip" -- gst-launch-1.0 -v filesrc location="$clip" ! oggdemux ! "$pay" name=pay mtu="$mtu" max-ptime=1 ! udpsink host=127.0.0.1 port=PORT sync=false
}
SOUND="aevalsrc=0.5*sin(2*PI*t*(200+300*t))*lt(mod(t\\,0.1)\\,0.03):s=44100:d=0.25,aformat=channel_layouts=stereo"
$F -y -f lavfi -i "$SOUND" -c:a libvorbis -q:a 3 clip.ogg
$F -y -f lavfi -i testsrc2=size=128x96:rate=25 -frames:v 5 -c:v libtheora -q:v 5 -g 3 clip.ogv
$C vorbis-ffmpeg 200 clip.ogg -- $F -i clip.ogg -c copy -f rtp "rtp://127.0.0.1:PORT?pkt_size=200"
gst vorbis-gst 200 clip.ogg rtpvorbispay
$C theora-ffmpeg 300 clip.ogv -- $F -i clip.ogv -c copy -f rtp "rtp://127.0.0.1:PORT?pkt_size=300"
gst theora-gst 300 clip.ogv rtptheorapay
$F -y -f lavfi -i "sine=frequency=440:sample_rate=16000" -t 0.2 -c:a libspeex -frames_per_packet 2 clip.spx
$C speex-ffmpeg 300 clip.spx -- $F -i clip.spx -c copy -f rtp "rtp://127.0.0.1:PORT?pkt_size=300"
rm clip.*
