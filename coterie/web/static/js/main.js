import "./forms.js";
import "./toasts.js";
import "./edit.js";
import "./keys.js";
import "./select.js";
