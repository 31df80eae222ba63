#!/usr/bin/env bash
# Makes the sounds anew: espeak-ng (formant synthesis: no recording of a person in it) and sox, both of Debian 12. Run it in this folder.
set -euo pipefail

words() { # language, voice, then word=text
  local language=$1 voice=$2 pair
  shift 2
  mkdir -p "$language"
  for pair in "$@"; do
    espeak-ng -v "$voice" -s 135 -p 45 -a 90 --stdout "${pair#*=}" |
      sox -q -t wav - -r 22050 -c 1 -b 16 "$language/${pair%%=*}.wav" \
        silence 1 0.01 0.3% reverse silence 1 0.01 0.3% reverse highpass 90 norm -3 pad 0.02 0.08
  done
}

words kk kk left=солға right=оңға up=жоғары down=төмен blink="көзіңізді жұмып ашыңыз" closer="жақынырақ келіңіз" \
  screen="экранға қараңыз" good=жақсы ahead="тік қараңыз" still="қозғалмаңыз"
words ru ru left=влево right=вправо up=вверх down=вниз blink=моргните closer=ближе \
  screen="смотрите на экран" good=хорошо ahead="смотрите прямо" still="не двигайтесь"
words en en-us left=left right=right up=up down=down blink=blink closer=closer \
  screen="look at the screen" good=good ahead="look ahead" still="hold still"

# A soft bell of two tones for what is done, one tick for the countdown, a shutter.
sox -q -n -r 22050 -c 1 -b 16 done.wav synth 0.5 sine 659.25 synth 0.5 sine mix 987.77 fade q 0.005 0.5 0.4 norm -8
sox -q -n -r 22050 -c 1 -b 16 tick.wav synth 0.08 sine 880 fade q 0.002 0.08 0.06 norm -12
sox -q -n -r 22050 -c 1 -b 16 shutter.wav synth 0.12 pinknoise fade q 0.001 0.12 0.1 highpass 800 norm -9
