import vue from 'eslint-plugin-vue'
import prettier from 'eslint-config-prettier'
import ts from 'typescript-eslint'

export default ts.config(
  { ignores: ['dist/', 'node_modules/'] },
  ...ts.configs.strictTypeChecked,
  ...vue.configs['flat/recommended'],
  prettier,
  {
    languageOptions: {
      parserOptions: {
        parser: ts.parser,
        project: './tsconfig.json',
        tsconfigRootDir: import.meta.dirname,
        extraFileExtensions: ['.vue'],
      },
    },
    rules: {
      'vue/no-v-html': 'error',
      'vue/block-lang': ['error', { script: { lang: 'ts' } }],
      'vue/multi-word-component-names': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      // Code points are what the server counts, too; Intl.Segmenter is newer than the browsers we serve.
      '@typescript-eslint/no-misused-spread': ['error', { allow: ['string'] }],
      // Plain HTTP on a LAN address has neither.
      'no-restricted-properties': [
        'error',
        { object: 'crypto', property: 'randomUUID', message: 'Missing on plain HTTP: use randomID().' },
        { object: 'crypto', property: 'subtle', message: 'Missing on plain HTTP.' },
      ],
    },
  },
  {
    files: ['**/*.mjs'],
    ...ts.configs.disableTypeChecked,
  },
)
