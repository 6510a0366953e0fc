import type { FastifyInstance } from 'fastify'
import type { Settings } from '../options.ts'
import type { Routes } from '../routes.ts'

export function document (_app: FastifyInstance, _routes: Routes, _settings: Settings): void {}
