import t from 'tap'
import { channelNames } from '../../../../lib/docs/asyncapi/channel-names.ts'
import type { KnownRoute } from '../../../../lib/routes.ts'

function route (url: string, operationId?: unknown, websocket = true): KnownRoute {
  const schema = operationId === undefined ? undefined : { operationId }
  return { websocket, options: { url, schema } } as unknown as KnownRoute // nothing else is looked at
}

t.test('channels are called after their operation, or their path', async (t) => {
  const table: [route: KnownRoute, name: string | undefined][] = [
    [route('/'), 'root'], [route('/live'), 'live'], [route('/live/:room'), 'live.room'], [route('/live/room'), 'live.room-2'], [route('/feed/*'), 'feed.wildcard'],
    [route('/x', 'watchPets'), 'watchPets'], [route('/y', 'watch pets!'), 'watch-pets-'], [route('/z', 7), 'z'], [route('/e', ''), 'e'],
    [route('/http', undefined, false), undefined], [route('/__proto__'), 'proto'], [route('/v1.0/:a-:b'), 'v1.0.a-b']
  ]
  const names = channelNames(table.map(([one]) => one))
  for (const [one, name] of table) t.equal(names.get(one), name, one.options.url)
})
