import js from '@eslint/js'
import ts from 'typescript-eslint'

const purity = 'core/ imports nothing but its neighbours: no Node-RED, no clock, no network, no disk.'
const coreWall = { patterns: [{ regex: '^(?!\\./([a-z-]+/)?[a-z0-9-]+\\.ts$)', message: purity }] }
const coreRoomWall = { patterns: [{ regex: '^(?!\\.{1,2}/([a-z-]+/)?[a-z0-9-]+\\.ts$)', message: purity }] }
const doorWall = {
  patterns: [
    {
      regex: '^(?!\\./[a-z0-9-]+\\.ts$|\\.\\./core/|protobufjs/light\\.js$)',
      message: 'door/ imports core/ and its neighbours, and what decodes a wire format.',
    },
  ],
}
const editorWall = {
  patterns: [
    { regex: '^(?!\\.\\./core/)', allowTypeImports: true, message: 'Editor code may import from core/ only.' },
  ],
}
const deferredOnly = 'Work that runs later goes through shared/deferred.ts: an error that escapes here ends Node-RED.'
const timers = ['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask'].map((name) => ({
  name,
  message: deferredOnly,
}))
const listeners = [
  {
    selector:
      "CallExpression[callee.property.name=/^(on|once|addListener|prependListener)$/][arguments.0.type='Literal'], CallExpression[callee.property.name='nextTick']",
    message: deferredOnly,
  },
]
const impure = [
  { object: 'Date', property: 'now', message: 'Time is an argument in core/.' },
  { object: 'Math', property: 'random', message: 'core/ is deterministic.' },
]

export default ts.config(
  { ignores: ['dist/', 'coverage/', '.demo/', 'node_modules/'] },
  js.configs.recommended,
  ...ts.configs.recommended,
  {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { project: ['./test/tsconfig.json'], tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      // An editor validator must declare two parameters to be asked for a reason, whether it reads them or not.
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
    },
  },
  {
    files: ['nodes/core/**/*.ts'],
    rules: { 'no-restricted-imports': ['error', coreWall], 'no-restricted-properties': ['error', ...impure] },
  },
  {
    files: ['nodes/**/*.ts'],
    ignores: [
      'nodes/**/*.editor.ts',
      'nodes/shared/deferred.ts',
      'nodes/shared/input.ts',
      'nodes/shared/node-kit.ts',
      'nodes/carbon-ledger/cli.ts',
    ],
    rules: {
      'no-restricted-globals': ['error', ...timers],
      'no-restricted-syntax': ['error', ...listeners],
      '@typescript-eslint/no-floating-promises': ['error', { ignoreVoid: false }],
    },
  },
  { files: ['nodes/door/*.ts'], rules: { 'no-restricted-imports': ['error', doorWall] } },
  { files: ['nodes/core/*/*.ts'], rules: { 'no-restricted-imports': ['error', coreRoomWall] } },
  { files: ['nodes/**/*.editor.ts'], rules: { '@typescript-eslint/no-restricted-imports': ['error', editorWall] } },
  {
    files: ['**/*.mjs', '**/*.js'],
    languageOptions: { globals: { process: 'readonly', console: 'readonly', URL: 'readonly' } },
  },
)
