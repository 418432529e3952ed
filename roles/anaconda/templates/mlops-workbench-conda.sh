# {{ ansible_managed }}
# shellcheck shell=sh
if [ -f "{{ anaconda_prefix }}/etc/profile.d/conda.sh" ]; then
    . "{{ anaconda_prefix }}/etc/profile.d/conda.sh"
{% if anaconda_activate_base | bool %}
    conda activate base
{% endif %}
fi
