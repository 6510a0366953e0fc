import 'fastify-openapi-security/strict'
import '../shared/http.ts'
import '../shared/typebox.ts'
import '../shared/refused.ts'
