import "./forms.js";
import "./toasts.js";
