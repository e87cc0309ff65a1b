# SPDX-License-Identifier: MIT
"""A small window in the corner from which a file can be dragged. Usage: drag_source.py FILE"""
import pathlib
import sys

import gi

gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, GLib, Gtk  # noqa: E402



def tell_when_accepted(context):
    accepted = context.get_selected_action() != 0
    if accepted:
        print("accepted", flush=True)
    return not accepted


Gtk.init([])
window = Gtk.Window(type=Gtk.WindowType.POPUP)
handle = Gtk.EventBox()
handle.set_size_request(40, 40)
handle.drag_source_set(Gdk.ModifierType.BUTTON1_MASK, [], Gdk.DragAction.COPY)
handle.drag_source_add_uri_targets()
handle.connect("drag-begin", lambda _w, context: GLib.timeout_add(30, tell_when_accepted, context))
handle.connect("drag-data-get", lambda _w, _c, data, _i, _t: data.set_uris([pathlib.Path(sys.argv[1]).resolve().as_uri()]))
window.add(handle)
window.move(0, 0)
window.show_all()
GLib.timeout_add(100, lambda: print("shown", flush=True))
Gtk.main()
