import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import t from 'tap'

t.test('under node:test, whose process ends by itself', async (t) => {
  const file = fileURLToPath(new URL('under-node-test.ts', import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', '--test', '--test-reporter', 'tap', file], {
    env: { ...process.env, NODE_OPTIONS: '', NODE_TEST_CONTEXT: undefined }, timeout: 60_000
  })
  t.match(stdout, /# pass 1/)
  t.match(stdout, /# fail 0/)
})
