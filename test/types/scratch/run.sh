for t in typescript59 typescript typescript7; do echo "== $t"; node /work/main/node_modules/$t/bin/tsc --noEmit -p $1 | cut -c1-${2:-600}; done
