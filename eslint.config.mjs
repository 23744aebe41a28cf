// How `eslint optimizer` (ESLint 9) lints the scripts of the pages; the rules are chosen one by one, as those of Ruff are.
const browser = [
  "DOMMatrix", "Event", "Option", "Path2D", "Rackgrid", "ResizeObserver", "addEventListener", "clearInterval",
  "document", "getComputedStyle", "matchMedia", "requestAnimationFrame", "setInterval", "window",
];
const errors = [
  "array-callback-return", "block-scoped-var", "consistent-return", "constructor-super", "default-case-last", "dot-notation",
  "eqeqeq", "for-direction", "getter-return", "no-caller", "no-class-assign", "no-compare-neg-zero", "no-cond-assign",
  "no-console", "no-const-assign", "no-constant-condition", "no-control-regex", "no-debugger", "no-dupe-args",
  "no-dupe-class-members", "no-dupe-else-if", "no-dupe-keys", "no-duplicate-case", "no-empty", "no-eval", "no-ex-assign",
  "no-extend-native", "no-fallthrough", "no-func-assign", "no-global-assign", "no-implied-eval", "no-invalid-regexp",
  "no-lonely-if", "no-loss-of-precision", "no-new-func", "no-redeclare", "no-self-assign", "no-self-compare", "no-shadow",
  "no-sparse-arrays", "no-this-before-super", "no-undef", "no-unmodified-loop-condition", "no-unreachable",
  "no-unsafe-finally", "no-unsafe-optional-chaining", "no-unused-expressions", "no-unused-vars", "no-useless-catch",
  "no-useless-escape", "no-useless-return", "no-var", "object-shorthand", "prefer-const", "use-isnan",
  "valid-typeof",
];

export default [
  {
    files: ["**/*.js"],
    languageOptions: {
      sourceType: "script",
      globals: Object.fromEntries(browser.map((name) => [name, "readonly"])),
    },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: Object.fromEntries(errors.map((rule) => [rule, "error"])),
  },
];
