#!/bin/sh
# Records the golden files of the telephone codecs: see README.md. CORPUS is the directory of real files, which has AMR. Needs ffmpeg with
# libgsm, GStreamer's good plugins, python3.
set -e
cd "$(dirname "$0")"
F="ffmpeg -hide_banner -loglevel error -nostdin"
C="python3 capture.py"
# make RATE FILE ENCODER...: a fifth of a second
make() {
  source="aevalsrc=0.4*sin(2*PI*t*(300+100*sin(t*30)))+0.1*random(0):s=$1:d=0.2" clip=$2
  shift 2
  $F -y -f lavfi -i "$source" -c:a "$@" "$clip"
}
gst() {
  name=$1 clip=$2 parse=$3 pay=$4
  $C "$name" 1372 "$clip" -- gst-launch-1.0 -v filesrc location="$clip" ! $parse ! "$pay" name=pay mtu=1372 ! udpsink host=127.0.0.1 port=PORT sync=false
}
$F -y -t 0.2 -i "$CORPUS/amr-nb.amr" -c copy clip.amr
gst amr-gst clip.amr amrparse rtpamrpay
$F -y -t 0.2 -i "$CORPUS/amr-wb.amr" -c copy clip.amr
gst amrwb-gst clip.amr amrparse rtpamrpay
make 16000 clip.g722 g722
$C g722-ffmpeg 172 clip.g722 -- $F -f g722 -i clip.g722 -c copy -f rtp 'rtp://127.0.0.1:PORT?pkt_size=172'
# The same samples in both packings.
for bits in 16 24 32 40; do
  make 8000 clip.wav g726 -b:a ${bits}k
  make 8000 other.wav pcm_s16le
  $C g726-$bits-ffmpeg 1372 clip.wav -- $F -i other.wav -c:a g726le -b:a ${bits}k -f rtp 'rtp://127.0.0.1:PORT?pkt_size=1372'
done
# libgsm packs the same frames in both ways.
make 8000 clip.wav libgsm_ms
$F -y -i other.wav -c:a libgsm clip.gsm
$C gsm-gst 1372 clip.wav -- gst-launch-1.0 -v filesrc location=clip.gsm blocksize=33 ! audio/x-gsm,rate=8000,channels=1 ! rtpgsmpay name=pay ! udpsink host=127.0.0.1 port=PORT sync=false
rm clip.* other.wav
