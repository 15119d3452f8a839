{
  "target_defaults": {
    "cflags_cc!": ["-std=gnu++17", "-std=gnu++20", "-fexceptions", "-frtti"],
    "cflags_cc": ["<!@(cat native/cflags.txt)"],
    "ldflags": ["<!@(cat native/ldflags.txt)"]
  },
  "targets": [
    {
      "target_name": "sockfd",
      "sources": ["<!@(cat native/sources.txt)"],
      "defines": ["NAPI_VERSION=8", "NODE_ADDON_API_DISABLE_CPP_EXCEPTIONS"],
      "cflags_cc": [
        "-isystem<!(node -p \"require('path').dirname(require.resolve('node-addon-api'))\")"
      ]
    },
    {
      "target_name": "watcher",
      "sources": ["native/watcher/watcher.cc"],
      "defines": ["NAPI_VERSION=8"]
    }
  ]
}
