import "./forms.js";
import "./toasts.js";
import "./copy.js";
import "./edit.js";
import "./keys.js";
import "./rows.js";
import "./select.js";
import "./palette.js";
