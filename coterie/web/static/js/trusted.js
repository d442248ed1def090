// The only policy that may turn text into markup (Trusted Types). No attribute holds code.
(() => {
  const policy = window.trustedTypes?.createPolicy("htmx", { createHTML: (text) => text });
  const refuse = function () { throw new Error("attributes hold no code"); };
  window.htmx.registerExtension("coterie", { init: (api) => api.initSecurity(policy, refuse, refuse) });
})();
