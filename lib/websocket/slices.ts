/** Milliseconds of work at a stretch. */
const SLICE = 15
/** How many are done between two looks at the clock. */
const STEP = 16
/** At a stretch. What is done brings answers, which all come at once if everything is done at once. */
const MOST = 96

/** Works through any number of items, and lets other events have their turn in between. */
export class Slices<Item> {
  readonly #work: (item: Item) => void
  readonly #done: () => void
  #items: Item[] = []
  #next = 0

  constructor (work: (item: Item) => void, done: () => void) {
    this.#work = work
    this.#done = done
  }

  get size (): number {
    return this.#items.length
  }

  push (item: Item): void {
    if (this.#items.push(item) === 1) setImmediate(this.#run)
  }

  readonly #run = (): void => {
    const until = performance.now() + SLICE
    const end = Math.min(this.#items.length, this.#next + MOST)
    while (this.#next < end && (this.#next % STEP !== 0 || performance.now() < until)) {
      this.#work(this.#items[this.#next++] as Item) // within its length
    }
    if (this.#next < this.#items.length) {
      setImmediate(this.#run)
    } else {
      this.#items = []
      this.#next = 0
      this.#done()
    }
  }
}
