import fastify from 'fastify'

const app = fastify()

// @ts-expect-error -- unknown scheme
app.get('/', { websocket: true, schema: { security: [{ oath: ['pets:read'] }] } }, (socket) => { socket.close() })
// @ts-expect-error -- unknown scope
app.get('/', { websocket: true, schema: { security: [{ oauth: ['pets:raed'] }] } }, (socket) => { socket.close() })
// @ts-expect-error -- second scheme of a requirement
app.get('/', { websocket: true, schema: { security: [{ oauth: [], machin: [] }] } }, (socket) => { socket.close() })
// @ts-expect-error -- unknown scheme
app.route({ method: 'GET', url: '/', websocket: true, schema: { security: [{ oath: [] }] }, handler: (socket) => { socket.close() } })
